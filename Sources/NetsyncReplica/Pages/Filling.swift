import GRDB
import NetsyncModel
import OrderedCollections
import Synchronization

/// A replica's first pull, while it puts networks in. To keep indexes in order for every network costs many times what it costs to build
/// them once, so that is done when all are there; until then this tells which networks are.
struct Filling {
  /// Of the ids, in the order of their keys. Two ids may share one.
  private var marks: OrderedSet<Int> = []
  private var first: NetworkKey?

  /// How many are noted.
  var count: Int { marks.count }

  /// Notes a network that was put in.
  mutating func note(_ network: NetworkKey, _ id: NetworkID) {
    first = first ?? network
    marks.append(id.hashValue)
  }

  /// Forgets all but the first of them: a transaction that put others in has failed.
  mutating func forget(after count: Int) {
    marks.removeLast(marks.count - count)
    if count == 0 { first = nil }
  }

  /// The network that has an id; nil where none has.
  func network(_ id: NetworkID, in database: Database) throws -> NetworkKey? {
    guard let first, let index = marks.firstIndex(of: id.hashValue) else { return nil }
    // Networks that were made here meanwhile have keys too, so that it is this one or one of the next.
    return try database.value(
      Int64.self,
      "SELECT network_key FROM network NOT INDEXED WHERE network_key >= ? AND remote_id = ? LIMIT 1",
      arguments: [first.rawValue &+ Int64(index), id.text]
    ).map(NetworkKey.init)
  }
}

extension Replica {
  /// Drops the indexes that a first pull can do without, until ``endFilling()``. Does nothing where a network is known already. Only for
  /// the holder of the sync lock.
  package func beginFilling() throws(ReplicaError) {
    let isEmpty = try read { database in
      try database.value(Bool.self, "SELECT NOT EXISTS (SELECT 1 FROM network WHERE remote_id IS NOT NULL)") ?? false
    }
    guard isEmpty else { return }
    try writePulled(.dropIndexes) { database in
      for index in NetworkIndex.allCases { try database.execute(sql: "DROP INDEX IF EXISTS \(index.rawValue)") }
    }
    filling.withLock { $0 = Filling() }
  }

  /// Builds the indexes that are missing: this first pull's, or one's whose process died. Only for the holder of the sync lock.
  package func endFilling() throws(ReplicaError) {
    filling.withLock { $0 = nil }
    let there = try read { database in
      try database.values(String.self, "SELECT name FROM sqlite_schema WHERE type = 'index'")
    }
    for index in NetworkIndex.allCases where !there.contains(index.rawValue) {
      try writePulled(.buildIndex) { database in try database.execute(sql: index.sql) }
      try checkpoint()
    }
  }
}

/// The indexes that are built when a first pull has put in all networks; each as the schema says.
private enum NetworkIndex: String, CaseIterable {
  case byRemoteID = "network_by_remote_id"
  case byName = "network_by_name"

  var sql: String {
    switch self {
    case .byRemoteID: "CREATE UNIQUE INDEX network_by_remote_id ON network (remote_id) WHERE remote_id IS NOT NULL"
    case .byName: "CREATE INDEX network_by_name ON network (name)"
    }
  }
}
