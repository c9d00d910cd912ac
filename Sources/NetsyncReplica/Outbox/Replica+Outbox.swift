import GRDB
package import NetsyncModel

extension Replica {
  /// The outbox: every edit that the server has not settled, refused ones included, in the order of their numbers.
  ///
  /// - Parameter limit: the first so many.
  package func operations(limit: Int? = nil) throws(ReplicaError) -> [OutboxOperation] {
    try read { database in try database.operations(limit: limit) }
  }

  /// Those of one network.
  package func operations(of network: NetworkKey) throws(ReplicaError) -> [OutboxOperation] {
    try read { database in try database.operations(of: network) }
  }

  /// Those that the server has refused.
  package func refusedOperations() throws(ReplicaError) -> [OutboxOperation] {
    try read { database in try database.refusedOperations() }
  }

  /// How many there are.
  package func operationCount() throws(ReplicaError) -> Int {
    try read { database in
      try database.value(
        Int.self,
        "SELECT (SELECT count(*) FROM operation) + (SELECT count(*) FROM dead_letter)"
      ) ?? 0
    }
  }

  /// One edit; nil where no open edit has the number.
  package func operation(_ edit: EditNumber) throws(ReplicaError) -> OutboxOperation? {
    try read { database in try database.operation(edit) }
  }
}
