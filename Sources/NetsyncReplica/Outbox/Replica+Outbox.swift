import GRDB
package import NetsyncModel

extension Replica {
  /// The outbox: every edit that the server has not settled, refused ones included, in the order of their numbers.
  package func operations() throws(ReplicaError) -> [OutboxOperation] {
    try read { database in try database.operations() }
  }

  /// One edit; nil where no open edit has the number.
  package func operation(_ edit: EditNumber) throws(ReplicaError) -> OutboxOperation? {
    try read { database in try database.operation(edit) }
  }
}
