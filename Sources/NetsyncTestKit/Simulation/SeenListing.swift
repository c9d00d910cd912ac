import FoundationEssentials

/// A page of the listing, as a process got it.
struct SeenPage: Sendable {
  /// As old as it may be to spare a look, in microseconds.
  static let age: Int64 = 30_000_000

  var process: Int
  var at: Int64
  var body: [UInt8]

  func shows(_ id: String, to process: SimulatedProcess) -> Bool {
    self.process == process.process && body.contains(bytesOf: "\"\(id)\"")
  }
}

/// A walk through the listing, as a process got it, page after page.
struct SeenWalk: Sendable {
  var pages: [Int: [UInt8]] = [:]
  /// The process walked elsewhere at the same time, such as for another create, and nobody can say which page was whose.
  var isShared = false

  /// Pages with a record that nobody can understand.
  var unreadable: [Int] { pages.filter { $0.value.hasUnreadableRecord }.map(\.key) }

  /// It shows another number of networks than it speaks of, or one that nobody can know.
  ///
  /// Where a page is no listing, or has numbers that are none, nobody can say.
  var contradictsItself: Bool {
    if isShared { return false }
    if !unreadable.isEmpty { return true }
    let read = pages.values.compactMap(ListingNumbers.init)
    let rows = read.reduce(0) { $0 + $1.data.count }
    let totals = read.compactMap(\.meta?.totalResults)
    return read.count == pages.count && totals.contains { $0 != rows }
  }
}

/// The numbers of a page of a listing.
struct ListingNumbers: Decodable {
  struct Meta: Decodable {
    var totalResults: Int?
    var totalPages: Int?

    private enum CodingKeys: String, CodingKey {
      case totalResults = "total_results"
      case totalPages = "total_pages"
    }
  }

  var data: [AnyRecord]
  var meta: Meta?

  /// Any record at all.
  struct AnyRecord: Decodable {
    init(from decoder: any Decoder) throws {}
  }

  /// nil where the body is no listing, or its numbers are none.
  init?(_ body: [UInt8]) {
    guard let numbers = try? JSONDecoder().decode(ListingNumbers.self, from: Data(body)) else { return nil }
    self = numbers
  }
}

extension [UInt8] {
  /// It has a record that nobody can understand: the sandbox makes them with this word, which no name has.
  var hasUnreadableRecord: Bool { contains(bytesOf: "odd\"") }

  fileprivate func contains(bytesOf text: String) -> Bool {
    let wanted = Array(text.utf8)
    return indices.contains { self[$0] == wanted[0] && self[$0...].starts(with: wanted) }
  }
}
