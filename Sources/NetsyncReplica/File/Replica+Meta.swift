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

/// What the API was found to do where its documentation does not say.
package struct ServerFact: Hashable, Sendable {
  /// What it is about, in a word.
  package var topic: String
  /// A sentence for people.
  package var fact: String
  /// When it was found.
  package var asOf: Timestamp

  package init(topic: String, fact: String, asOf: Timestamp) {
    (self.topic, self.fact, self.asOf) = (topic, fact, asOf)
  }
}

extension Replica {
  package func meta() throws(ReplicaError) -> ReplicaMeta {
    try read { database in try database.meta() }
  }

  /// Remembers the server's clock (R9).
  package func remember(_ clock: ServerClock) throws(ReplicaError) {
    try writePulled(.rememberServer) { database in
      try database.run(
        "UPDATE meta SET clock_offset_us = ?, clock_uncertainty_us = ?",
        arguments: [clock.offset.wholeMicroseconds, clock.uncertainty.wholeMicroseconds]
      )
    }
  }

  /// What was found of the API at `baseURL`, by topic.
  package func serverFacts(of baseURL: String) throws(ReplicaError) -> [ServerFact] {
    try read { database in
      try database.rows(
        "SELECT topic, fact, as_of_us FROM server_fact WHERE base_url = ? ORDER BY topic",
        arguments: [baseURL]
      ) { row in
        ServerFact(
          topic: try row.value("topic"),
          fact: try row.value("fact"),
          asOf: Timestamp(microseconds: try row.value("as_of_us"))
        )
      }
    }
  }

  /// Remembers what was found of the API at `baseURL`; of other topics it stays as it was.
  package func remember(_ facts: [ServerFact], of baseURL: String) throws(ReplicaError) {
    try writePulled(.rememberServer) { database in
      for fact in facts {
        try database.run(
          "INSERT OR REPLACE INTO server_fact (base_url, topic, fact, as_of_us) VALUES (?, ?, ?, ?)",
          arguments: [baseURL, fact.topic, fact.fact, fact.asOf.microseconds]
        )
      }
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
