import HTTPTypes
import NetsyncAPI
import NetsyncModel
import Testing

extension Timestamp {
  /// 2026-05-28T20:26:40Z, which is 1,780,000,000 s after 1970.
  static let sample = Timestamp(microseconds: 1_780_000_000_000_000)
}

extension NetworkID {
  /// One of ten ids.
  static func sample(_ digit: Int = 1) throws -> NetworkID {
    try #require(NetworkID("00000000-0000-4000-8000-00000000000\(digit)"))
  }
}

/// Bodies in the API's forms.
enum Body {
  /// A record with nothing but its id.
  static let bare = #"{"id":"00000000-0000-4000-8000-000000000001"}"#

  /// A record with every documented field, and names that take more than a byte a letter.
  static let full = """
    {"id":"00000000-0000-4000-8000-000000000001","record_type":"network","name":"Zürich 🛰",\
    "created_at":"2026-01-02T03:04:05.678901Z","updated_at":"2026-01-03T00:00:00Z"}
    """

  /// An interface with every documented field.
  static let interface = """
    {"id":"00000000-0000-4000-8000-000000000009","record_type":"network_interface","name":"wg-1",\
    "network_id":"00000000-0000-4000-8000-000000000001","status":"provisioned","type":"wireguard_interface",\
    "region_code":"ashburn-va","region":{"code":"ashburn-va","name":"Ashburn","record_type":"region"},\
    "created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-03T00:00:00Z"}
    """

  static let error = #"{"errors":[{"code":"10005","title":"Resource not found"}]}"#

  static func record(_ record: String) -> String { #"{"data":\#(record)}"# }

  static func listing(_ records: String..., meta: String = "{}") -> String {
    #"{"data":[\#(records.joined(separator: ","))],"meta":\#(meta)}"#
  }
}

/// The requests that the client can make, for what holds of each.
enum Call: CaseIterable, Sendable {
  case page
  case filter
  case read
  case create
  case rename
  case delete
  case interfaces

  /// Whether it names one record, so that a 404 speaks of that record.
  var isAboutRecord: Bool {
    switch self {
    case .read, .rename, .delete, .interfaces: true
    case .page, .filter, .create: false
    }
  }

  /// Makes the request, about the network 1 or the name `a b+c`.
  func send(with client: APIClient) async throws -> Exchange<Void> {
    let id = try NetworkID.sample()
    let name = NetworkName("a b+c")
    switch self {
    case .page: return await client.networks(page: 1).map { _ in () }
    case .filter: return await client.networks(named: name, page: 1).map { _ in () }
    case .read: return await client.network(id).map { _ in () }
    case .create: return await client.create(name).map { _ in () }
    case .rename: return await client.rename(id, to: name).map { _ in () }
    case .delete: return await client.delete(id)
    case .interfaces: return await client.interfaces(of: id, page: 1).map { _ in () }
    }
  }
}
