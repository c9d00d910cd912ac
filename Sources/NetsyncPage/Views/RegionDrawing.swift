import NetsyncModel
import NetsyncReplica

/// Networks by region: a row of squares for each.
struct RegionDrawing: Sendable {
  /// More than so many squares in a row, and each stands for several networks.
  static let mostSquares = 48
  static let step = 14
  static let width = mostSquares * step

  struct Square: Sendable {
    let x: Int
    /// Some interface of it is not provisioned.
    let isUnsettled: Bool
  }

  struct Region: Sendable {
    /// What to search for, as an address has it; nil for the interfaces that name no region.
    let code: String?
    let name: String
    let words: String
    let squares: [Square]
  }

  let isEmpty: Bool
  let regions: [Region]
  let perSquare: Int
  let legend: String

  init(_ counts: [RegionCount]) {
    isEmpty = counts.isEmpty
    let largest = counts.map(\.networks).max() ?? 0
    let perSquare = max(1, (largest + Self.mostSquares - 1) / Self.mostSquares)
    self.perSquare = perSquare
    legend = perSquare == 1 ? "One square: a network." : "One square: \(perSquare.counted("network"))."
    regions = counts.map { count in
      let unsettled = count.networks - count.provisioned
      // Rounded up, so that one that is not settled cannot hide among many that are.
      let squares = (count.networks + perSquare - 1) / perSquare
      let marked = (unsettled + perSquare - 1) / perSquare
      var words = "\(count.networks.counted("network")), \(count.interfaces.counted("interface"))"
      if unsettled > 0 { words += ", \(unsettled.grouped) not provisioned" }
      return Region(
        code: count.code.map(\.percentEncoded),
        name: (count.name ?? count.code ?? "no region").madeVisible,
        words: words,
        squares: (0..<squares).map { Square(x: $0 * Self.step, isUnsettled: $0 >= squares - marked) }
      )
    }
  }
}
