import GRDB
package import NetsyncModel

/// What the replica remembers of the account and the server between runs.
package struct ReplicaMeta: Hashable, Sendable {
  /// The base URL of the last pull; nil before it.
  package var baseURL: String?
  package var clock: ServerClock
  /// The server asked for silence until then, on the host's clock.
  package var quietUntil: Timestamp?
  /// When the journal was last compacted.
  package var compactedAt: Timestamp?
  /// Writes that the server has acknowledged; a request remembers the count at its start (R10).
  package var acknowledgements: Int64
}

extension Replica {
  package func meta() throws(ReplicaError) -> ReplicaMeta {
    try read { database in try database.meta() }
  }

  /// Remembers the server's clock (R9).
  package func remember(_ clock: ServerClock) throws(ReplicaError) {
    try writePulled(.rememberClock) { database in
      try database.run(
        "UPDATE meta SET clock_offset_us = ?, clock_uncertainty_us = ?",
        arguments: [clock.offset.wholeMicroseconds, clock.uncertainty.wholeMicroseconds]
      )
    }
  }

  /// Remembers that the server asked for silence; it outlives the process.
  package func keepQuiet(until time: Timestamp) throws(ReplicaError) {
    try write(.keepQuiet) { database in
      try database.run("UPDATE meta SET quiet_until_us = ?", arguments: [time.microseconds])
    }
  }

  /// Binds the replica to an account. What the pages of another one said no longer counts.
  package func bind(to baseURL: String) throws(ReplicaError) {
    try write(.bind) { database in
      try database.run(
        "UPDATE page SET fingerprint = NULL WHERE (SELECT base_url FROM meta) IS NOT ?",
        arguments: [baseURL]
      )
      try database.run("UPDATE meta SET base_url = ?", arguments: [baseURL])
    }
  }
}

extension Database {
  func meta() throws -> ReplicaMeta {
    try required(row("SELECT * FROM meta", ReplicaMeta.init), "meta")
  }
}

extension ReplicaMeta {
  fileprivate init(_ row: Row) throws {
    var clock = ServerClock.unknown
    if let offset = try row.value("clock_offset_us") as Int64?,
      let uncertainty = try row.value("clock_uncertainty_us") as Int64?
    {
      clock = ServerClock(offset: .microseconds(offset), uncertainty: .microseconds(uncertainty))
    }
    self.init(
      baseURL: try row.value("base_url"),
      clock: clock,
      quietUntil: Timestamp(try row.value("quiet_until_us") as Int64?),
      compactedAt: Timestamp(try row.value("compacted_at_us") as Int64?),
      acknowledgements: try row.value("acknowledgements")
    )
  }
}
