import ArgumentParser
import Netsync
import NetsyncReplica

/// `netsync search`: a network by any part of its name or of an id.
struct SearchCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find networks by a part of their name or of an id, best first.",
    discussion: """
      Each text has to be in the name, in an id, or in the name or the id of an interface; letters' case is ignored. A network \
      whose deletion waits is not found.
      """
  )
  static let answersWithRows = true

  /// SQLite takes some hundreds of conditions in one statement.
  private static let mostTexts = 20

  @Argument(help: ArgumentHelp("What to look for.", valueName: "text"))
  var texts: [String]
  @Option(help: ArgumentHelp("At most so many.", valueName: "n"))
  var limit = 50
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit takes a whole number from 1 on") }
    if texts.contains(where: \.isEmpty) { throw ValidationError("a text to look for cannot be empty") }
    if texts.count > Self.mostTexts { throw ValidationError("it takes \(Self.mostTexts) texts at most") }
  }

  func run() async throws {
    let session = try Session(global)
    let replica = try session.open()
    let matches = try session.step { () throws(ReplicaError) in try replica.search(texts, limit: limit) }
    let now = Timestamp.now
    try await session.list(networkColumns + matchColumns, matches.map { $0.network.cells(now: now) + $0.place.cells })
    if matches.isEmpty { session.note("Nothing found.") }
  }
}

private let matchColumns: [Listing.Column] = [
  .init("match", header: "FOUND BY"),
  .init("interface_id", visibility: .hidden, isInTSV: false),
  .init("interface_name", visibility: .hidden, isInTSV: false),
]

extension NetworkMatch.Place {
  fileprivate var cells: Listing.Row {
    switch self {
    case .name: [.init("name"), .null, .null]
    case .id: [.init("id"), .null, .null]
    case .interface(let id, let name):
      [.init("interface", text: "interface \(name ?? id)"), .init(.string(id)), .init(JSONText(name))]
    }
  }
}
