import Hummingbird
import HummingbirdCore
import NetsyncModel
import NetsyncReplica

/// The list of networks, searched.
struct NetworksView: Sendable {
  let title = "Networks"
  let isNetworks = true
  let query: String
  let found: String
  let networks: [NetworkRow]
  /// Names the last of them, where there are more behind it.
  let next: String?
}

/// A network in a list.
struct NetworkRow: Sendable {
  let reference: String
  let name: String
  let state: String
  let stateWords: String
  let isSynced: Bool
  let interfaces: String
  let asOf: Moment?

  init(_ network: Network, now: Timestamp) {
    reference = network.id?.text ?? network.localID?.text ?? ""
    name = network.name.words(or: "(no name)")
    state = network.state.rawValue
    stateWords = network.state.rawValue.replacing("_", with: " ")
    isSynced = network.state == .synced
    interfaces = network.interfaces?.grouped ?? "not pulled"
    asOf = network.asOf.map { Moment($0, now: now) }
  }
}

/// One network and all that is known of it.
struct NetworkView: Sendable {
  let title: String
  let isNetworks = true
  let token: String
  let network: NetworkRow
  let id: String?
  let localID: String?
  /// What is known of it, line by line.
  let facts: [Fact]
  let interfaces: [InterfaceRow]
  let edits: [EditView]
  let changes: [ChangeRow]
  let hasOlderChanges: Bool
}

/// One thing that is known of a network.
struct Fact: Sendable {
  let label: String
  let value: String

  /// - Returns: nil where it is not known.
  init?(_ label: String, _ value: String?) {
    guard let value else { return nil }
    self.label = label
    self.value = value
  }
}

/// An entry of the journal.
struct ChangeRow: Sendable {
  let number: String
  let at: Moment
  let sentence: String
}

extension Page {
  /// How many rows a page lists.
  static let rows = 200
  private static let changes = 50

  func networks(_ search: Search) throws -> Response {
    let now = replica.now()
    var filter = NetworkFilter()
    filter.name = search.text
    filter.includesDeleting = true
    filter.limit = Self.rows + 1
    if let after = search.after, case .found(let last) = try replica.trace(after) { filter.after = .init(last) }
    var networks = try replica.networks(filter)
    let isLast = networks.count <= Self.rows
    networks = Array(networks.prefix(Self.rows))
    if let text = search.text, filter.after == nil {
      // What is no part of a name may be an id, or the beginning of one.
      let byID: [Network] =
        switch try replica.find(text) {
        case .found(let network): [network]
        case .ambiguous(let networks): networks
        case .unknown: []
        }
      networks = byID.filter { !networks.contains($0) } + networks
    }
    let rows = networks.map { NetworkRow($0, now: now) }
    return templates.page(
      "networks",
      NetworksView(
        query: search.text ?? "",
        found: found(
          rows.count,
          "network",
          of: try replica.status().networks,
          isFirst: filter.after == nil,
          isLast: isLast
        ),
        networks: rows,
        next: isLast ? nil : rows.last?.reference
      )
    )
  }

  func network(_ reference: String) throws -> Response {
    guard case .found(let network) = try replica.find(reference) else { throw Refusal.notFound }
    let now = replica.now()
    var filter = InterfaceFilter()
    filter.network = network.key
    let history = try replica.history(of: NetworkTrace(network), limit: Self.changes)
    let row = NetworkRow(network, now: now)
    return templates.page(
      "network",
      NetworkView(
        title: row.name,
        token: token.text,
        network: row,
        id: network.id?.text,
        localID: network.localID?.text,
        facts: [
          Fact("Id", network.id?.text), Fact("Local id", network.localID?.text),
          Fact("Created", network.createdAt?.madeVisible), Fact("Updated", network.updatedAt?.madeVisible),
        ].compactMap(\.self),
        interfaces: try replica.interfaces(filter).map { InterfaceRow($0, now: now) },
        edits: history.operations.map { EditView($0, now: now) },
        changes: history.changes.reversed().map { change in
          ChangeRow(
            number: change.number.description,
            at: Moment(change.at, now: now),
            sentence: change.sentence.madeVisible
          )
        },
        hasOlderChanges: history.isCut
      )
    )
  }

  /// How a list says how much of all it shows.
  ///
  /// - Parameters:
  ///   - isFirst: nothing stands before what it shows.
  ///   - isLast: nothing stands behind it.
  func found(_ count: Int, _ noun: String, of all: Int, isFirst: Bool, isLast: Bool) -> String {
    let which =
      switch (isFirst, isLast) {
      case (true, true): count == 0 ? "None" : count.grouped
      case (true, false): "The first \(count.grouped)"
      case (false, true): "The last \(count.grouped)"
      case (false, false): "The next \(count.grouped)"
      }
    return "\(which) of \(all.counted(noun))."
  }
}

/// What a list is searched for.
struct Search: Decodable {
  var q: String?
  /// The network behind which the list begins.
  var after: String?
  var region: String?

  /// Reads what the form of a list put into its address.
  init(_ uri: URI) {
    self = (try? URLEncodedFormDecoder().decode(Search.self, from: uri.query ?? "")) ?? Search()
  }

  private init() {}

  /// nil where everything is wanted.
  var text: String? { q.flatMap { $0.isEmpty ? nil : $0 } }
}
