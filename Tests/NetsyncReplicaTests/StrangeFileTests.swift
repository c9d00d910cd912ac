import FoundationEssentials
import GRDB
import NetsyncModel
import NetsyncReconcile
import NetsyncTestKit
import NetsyncTestSupport
import Testing

@testable import NetsyncReplica

/// What lies at the path need not be a replica. Whatever it is, it is somebody's.
@Suite(.opensReplicas) struct StrangeFileTests {
  @Test(arguments: [
    "name,id\nlab,1\n",
    String(repeating: "A letter that somebody wrote. ", count: 400),
    "SQLite format 3",
  ])
  func `a text file is refused and stays byte for byte what it was`(text: String) throws {
    try expectRefused(Array(text.utf8)) { .notAReplica(path: $0) }
  }

  @Test(arguments: [0, 0x0F05_5112] as [UInt32])
  func `another program's database is refused and stays byte for byte what it was`(applicationID: UInt32) throws {
    try expectRefused(database(applicationID: applicationID, userVersion: 1)) { .notAReplica(path: $0) }
  }

  @Test func `a replica that a newer netsync wrote is refused and stays byte for byte what it was`() throws {
    try expectRefused(database(applicationID: 0x4E53_594E, userVersion: 99)) { .newer(path: $0, version: 99) }
  }

  @Test func `a file whose maker died over it is made anew, and no edit is refused for it`() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/replica.sqlite"
    // What SQLite leaves of a file that it was just making: part of a page, and a journal that says that it was empty.
    try Data(repeating: 7, count: 4_096).write(to: URL(filePath: path))
    var journal = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7] as [UInt8]
    journal += bigEndian(0) + bigEndian(0x5464_D577) + bigEndian(0) + bigEndian(512) + bigEndian(4_096)
    try Data(journal + [UInt8](repeating: 0, count: 512 - journal.count)).write(to: URL(filePath: "\(path)-journal"))
    let now: @Sendable () -> Timestamp = { Timestamp(microseconds: 0) }
    #expect(throws: ReplicaError.missing(path: path)) { try Replica.open(path, .existing, now: now) }
    let replica = try Replica.open(path, .makeIfMissing, now: now)
    _ = try replica.create(NetworkName("lab"), localID: LocalID(at: now(), random: (high: 0, low: 1)))
    #expect(try replica.networks().map(\.name) == [NetworkName("lab")])
  }

  @Test func `a replica's own file, with its own marks, is taken`() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/replica.sqlite"
    try Data(database(applicationID: 0x4E53_594E, userVersion: 1)).write(to: URL(filePath: path))
    let replica = try Replica.open(path, .existing, now: { Timestamp(microseconds: 0) })
    #expect(try replica.networks().map(\.name) == [NetworkName("lab")])
  }

  @Test func `what somebody has put into a replica's schema does not run, and an edit that would run it is not queued`()
    throws
  {
    let host = try ReplicaHost()
    // A table of SQLite's own, which tells of the connection: a schema that is not trusted may not read it.
    try DatabaseQueue(path: host.path).write { database in
      try database.execute(
        sql: "CREATE TRIGGER planted AFTER INSERT ON operation BEGIN SELECT name FROM pragma_database_list; END"
      )
    }
    let reason = "unsafe use of virtual table \"pragma_database_list\""
    #expect(throws: ReplicaError.damaged(path: host.path, reason: reason)) { try host.create("lab") }
    #expect(try host.outbox.isEmpty)
  }

  @Test func `each connection trusts no schema, and checks every cell that it reads`() throws {
    let host = try ReplicaHost()
    guard case .file(let pool) = host.replica.storage else {
      Issue.record("a replica that can be written is a file")
      return
    }
    func settings(_ database: Database) throws -> [Int?] {
      try ["trusted_schema", "cell_size_check"].map { try Int.fetchOne(database, sql: "PRAGMA \($0)") }
    }
    #expect(try pool.read(settings) == [0, 1])
    #expect(try pool.writeWithoutTransaction(settings) == [0, 1])
  }
}

private func expectRefused(_ bytes: [UInt8], as error: (_ path: String) -> ReplicaError) throws {
  let directory = try TemporaryDirectory()
  let path = "\(directory.path)/somebody's"
  try Data(bytes).write(to: URL(filePath: path))
  for opening in [Replica.Opening.existing, .makeIfMissing] {
    #expect(throws: error(path)) { try Replica.open(path, opening, now: { Timestamp(microseconds: 0) }) }
    #expect(try Data(contentsOf: URL(filePath: path)) == Data(bytes))
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["somebody's"])
  }
}

/// A database with a table and a row, of whatever program and version.
///
/// Source: the database header of https://sqlite.org/fileformat2.html, 1.3.
private func database(applicationID: UInt32, userVersion: UInt32) throws -> [UInt8] {
  let host = try ReplicaHost()
  try host.create("lab")
  try host.replica.checkpoint()
  var bytes = Array(try Data(contentsOf: URL(filePath: host.path)))
  // Without a write-ahead log, as most programs write.
  bytes.replaceSubrange(18..<20, with: [1, 1])
  bytes.replaceSubrange(60..<64, with: bigEndian(userVersion))
  bytes.replaceSubrange(68..<72, with: bigEndian(applicationID))
  return bytes
}

private func bigEndian(_ number: UInt32) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
}
