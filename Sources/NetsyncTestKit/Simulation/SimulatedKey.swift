import FoundationEssentials
import NetsyncAPI

/// The key of every simulated host. It is sent with each request, and must be found nowhere else (I12).
enum SimulatedKey {
  static let text = "\(stem)/abcdef=="
  /// Enough to find it by: nothing in it is written otherwise in JSON, and its base64 is how that of the whole begins.
  private static let stem = "canary-KEY+0123456789"

  /// How it may be written: as it is, in base64, in percent form with digits of either case.
  static let forms = [
    stem, Data(stem.utf8).base64EncodedString(), stem.replacing("+", with: "%2B"), stem.replacing("+", with: "%2b"),
  ]

  /// - Parameter rotation: how often it was replaced by another one.
  static func key(rotation: Int = 0) throws -> APIKey {
    guard let key = APIKey(text(rotation: rotation)) else { throw SimulationError.badKey }
    return key
  }

  static func text(rotation: Int) -> String { rotation == 0 ? text : "\(stem)/\(rotation)" }
}

enum SimulationError: Error {
  case badKey
}
