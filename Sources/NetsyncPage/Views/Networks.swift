import Hummingbird
import HummingbirdCore
import NetsyncModel
import NetsyncReplica

/// The list of networks, searched.
struct NetworksView: Sendable {
  let title = "Networks"
  let isNetworks = true
  let token: String
  let said: String?
  let query: String
  let orders: [OrderView]
  let found: String
  let networks: [NetworkRow]
  /// Where the list goes on; nil at its end.
  let next: NextPage?
}

/// An order that a list can have.
struct OrderView: Sendable {
  let word: String
  let label: String
  let isChosen: Bool
}

/// What asks for the next page of a list.
struct NextPage: Sendable {
  /// Of the list by name: the last network of this page.
  var after: String?
  /// Of every other list: its number, from 0.
  var page: Int?
  let order: String
}

/// A network in a list.
struct NetworkRow: Sendable {
  let reference: String
  let name: String
  let state: String
  let stateWords: String
  let isSynced: Bool
  let interfaces: String
  let updatedAt: Moment?
  let asOf: Moment?

  init(_ network: Network, now: Timestamp) {
    reference = network.id?.text ?? network.localID?.text ?? ""
    name = network.name.words(or: "(no name)")
    state = network.state.rawValue
    stateWords = network.state.rawValue.replacing("_", with: " ")
    isSynced = network.state == .synced
    interfaces = network.interfaces?.grouped ?? "not pulled"
    updatedAt = network.updatedAt.map { Moment(server: $0, now: now) }
    asOf = network.asOf.map { Moment($0, now: now) }
  }
}

/// One network and all that is known of it.
struct NetworkView: Sendable {
  let title: String
  let isNetworks = true
  let token: String
  let said: String?
  let network: NetworkRow
  /// What the form that gives it another name begins with: nothing where a field would not hold it as it is.
  let name: String
  /// Its deletion does not wait already.
  let canDelete: Bool
  let id: String?
  let localID: String?
  /// What is known of it, line by line.
  let facts: [Fact]
  /// nil where nothing is known of its interfaces.
  let drawing: NetworkDrawing?
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
  /// It changed the name, or whether the network is there.
  let canUndo: Bool
}

extension Page {
  /// How many rows a page lists.
  static let rows = 200
  private static let changes = 50
  /// So many pages are as many networks as a replica can have.
  static let mostPages = Limits.pages * Limits.pageSize / rows

  func networks(_ search: Search, said: Said?) throws -> Response {
    let now = replica.now()
    let order = search.sort.flatMap(NetworkFilter.Order.init(rawValue:)) ?? .name
    var filter = NetworkFilter()
    filter.name = search.text
    filter.includesDeleting = true
    filter.order = order
    var (networks, next, isFirst) =
      order == .name ? try piece(of: filter, after: search.after) : try piece(of: filter, page: search.page ?? 0)
    if let text = search.text, isFirst {
      // What is no part of a name may be an id, or the beginning of one.
      let byID: [Network] =
        switch try replica.find(text) {
        case .found(let network): [network]
        case .ambiguous(let networks): networks
        case .unknown: []
        }
      networks = byID.filter { !networks.contains($0) } + networks
    }
    return templates.page(
      "networks",
      NetworksView(
        token: token.text,
        said: said?.words,
        query: search.text ?? "",
        orders: NetworkFilter.Order.allCases.map {
          OrderView(word: $0.rawValue, label: $0.label, isChosen: $0 == order)
        },
        found: found(
          networks.count,
          "network",
          of: try replica.status().networks,
          isFirst: isFirst,
          isLast: next == nil
        ),
        networks: networks.map { NetworkRow($0, now: now) },
        next: next
      )
    )
  }

  /// A piece of a list by name, which an index leads into.
  private func piece(
    of filter: NetworkFilter,
    after: String?
  ) throws -> (networks: [Network], next: NextPage?, isFirst: Bool) {
    var filter = filter
    filter.limit = Self.rows + 1
    if let after, case .found(let last) = try replica.trace(after) { filter.after = .init(last) }
    let found = try replica.networks(filter)
    let networks = Array(found.prefix(Self.rows))
    let last = networks.last.flatMap { $0.id?.text ?? $0.localID?.text }
    let next = found.count > Self.rows ? last.map { NextPage(after: $0, order: filter.order.rawValue) } : nil
    return (networks, next, filter.after == nil)
  }

  /// A piece of a list in another order: the rows before it are counted by their keys.
  private func piece(
    of filter: NetworkFilter,
    page: Int
  ) throws -> (networks: [Network], next: NextPage?, isFirst: Bool) {
    let page = min(max(0, page), Self.mostPages)
    var filter = filter
    filter.limit = (page + 1) * Self.rows + 1
    let keys = try replica.networkKeys(filter).dropFirst(page * Self.rows)
    let networks = try replica.networks(keys.prefix(Self.rows))
    let next = keys.count > Self.rows ? NextPage(page: page + 1, order: filter.order.rawValue) : nil
    return (networks, next, page == 0)
  }

  func network(_ reference: String, said: Said?) throws -> Response {
    guard case .found(let network) = try replica.find(reference) else { throw Refusal.notFound }
    let now = replica.now()
    var filter = InterfaceFilter()
    filter.network = network.key
    let history = try replica.history(of: NetworkTrace(network), limit: Self.changes)
    let row = NetworkRow(network, now: now)
    let interfaces = try replica.interfaces(filter).map { InterfaceRow($0, now: now) }
    return templates.page(
      "network",
      NetworkView(
        title: row.name,
        token: token.text,
        said: said?.words,
        network: row,
        name: network.name.flatMap { $0.text == $0.text.madeVisible ? $0.text : nil } ?? "",
        canDelete: network.state != .deleting,
        id: network.id?.text,
        localID: network.localID?.text,
        facts: [
          Fact("Id", network.id?.text), Fact("Local id", network.localID?.text),
          Fact("Created", network.createdAt?.madeVisible), Fact("Updated", network.updatedAt?.madeVisible),
        ].compactMap(\.self),
        drawing: interfaces.isEmpty ? nil : NetworkDrawing(row.name, interfaces),
        interfaces: interfaces,
        edits: history.operations.map { EditView($0, now: now) },
        changes: history.changes.reversed().map { change in
          ChangeRow(
            number: change.number.description,
            at: Moment(change.at, now: now),
            sentence: change.sentence.madeVisible,
            canUndo: change.kind.mayBeUndone
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
  /// The column that the list is sorted by.
  var sort: String?
  /// Which page of the list, from 0.
  var page: Int?
  var region: String?

  /// Reads what the form of a list put into its address.
  init(_ uri: URI) {
    self = (try? URLEncodedFormDecoder().decode(Search.self, from: uri.query ?? "")) ?? Search()
  }

  private init() {}

  /// nil where everything is wanted.
  var text: String? { q.flatMap { $0.isEmpty ? nil : $0 } }
}

extension NetworkFilter.Order {
  fileprivate var label: String {
    switch self {
    case .name: "Name"
    case .id: "Id"
    case .interfaces: "Interfaces"
    case .state: "State"
    case .createdAt: "Created"
    case .updatedAt: "Updated"
    }
  }
}

extension JournalChange.Kind {
  /// Whether its reverse is an edit: others tell what became of one.
  fileprivate var mayBeUndone: Bool {
    switch self {
    case .created, .renamed, .deleted, .yielded, .prevailed, .resolved, .discarded: true
    default: false
    }
  }
}
