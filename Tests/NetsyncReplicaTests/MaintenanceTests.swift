import FoundationEssentials
import GRDB
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestKit
import NetsyncTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Backups, checks and resets: what a person does with the file. None of them loses an edit or sends one twice.
@Suite(.opensReplicas) struct MaintenanceTests {
  // MARK: Backups

  @Test func `a backup holds everything, and a create that waits in it is looked for before it is sent again`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "den")])
    _ = try host.create("new")
    _ = try host.rename("lab", to: "lab-eu")
    let copy = "\(host.path).backup"
    let inventory = try host.replica.backUp(to: copy)
    #expect(inventory.networks == 3 && inventory.edits == 2)
    #expect(try permissions(of: copy) == 0o600)
    // What waits in the original waits as before.
    #expect(try host.outbox == ["1 create new waiting", "2 rename lab-eu waiting"])

    let restored = try Replica.open(copy, .existing, now: host.replica.now)
    #expect(try restored.networks().map { $0.name?.text } == host.replica.networks().map { $0.name?.text })
    try restored.recover()
    guard case .inDoubt(let doubt) = try #require(try restored.operations().first).state else {
      Issue.record("a create that may have been sent since the backup would be sent blindly")
      return
    }
    #expect(doubt.arming.notBefore <= host.serverNow - .seconds(5))
    #expect(doubt.arming.known.isEmpty)
    #expect(try restored.operations().map(\.edit.rawValue) == [1, 2])
  }

  @Test func `a create of a backup that its user deletes is dropped once it is not found`() throws {
    let host = try ReplicaHost()
    _ = try host.create("sent later, and renamed there")
    let copy = "\(host.path).backup"
    _ = try host.replica.backUp(to: copy)
    try host.restore(copy)
    _ = try host.delete("sent later, and renamed there")
    let create = try #require(try host.replica.operations().first)
    _ = try host.lookInVain(for: create)
    #expect(try host.outbox.isEmpty)
  }

  @Test func `a backup takes the place of no file that is there`() throws {
    let host = try ReplicaHost()
    let taken = "\(host.path).backup"
    try Data("somebody's".utf8).write(to: URL(filePath: taken))
    #expect(throws: ReplicaError.taken(path: taken)) { try host.replica.backUp(to: taken) }
    #expect(throws: ReplicaError.taken(path: host.path)) { try host.replica.backUp(to: host.path) }
    #expect(try Data(contentsOf: URL(filePath: taken)) == Data("somebody's".utf8))
  }

  @Test func `a backup that cannot be written leaves nothing behind`() throws {
    let host = try ReplicaHost()
    let nowhere = "\(host.path).none/backup"
    let error = #expect(throws: ReplicaError.self) { try host.replica.backUp(to: nowhere) }
    guard case .notCopied(nowhere, _) = error else {
      Issue.record("\(String(describing: error)) blames the replica")
      return
    }
    #expect(try files(beside: host.path).allSatisfy { !$0.contains("partial") })
  }

  // MARK: Checks

  @Test func `a sound replica has no faults, and a row that breaks the schema's promise is one`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab")])
    _ = try host.create("new")
    #expect(try host.replica.checkUp().faults == [])
    try tamper(
      with: host.path,
      "UPDATE network SET remote_id = 'no id, though of thirty-six letters' || '.' WHERE name = 'lab'"
    )
    try tamper(with: host.path, "UPDATE operation SET network_key = 77")
    let faults = try host.replica.checkUp().faults
    #expect(faults.contains { $0.contains("network") && $0.contains("promises") }, "\(faults)")
    #expect(faults.contains { $0.contains("refers to a row") }, "\(faults)")
  }

  @Test(arguments: ["NULL", "'seven'", "9223372036854775807"])
  func `a last number that is none is told as damage, in the replica's own words`(number: String) throws {
    let host = try ReplicaHost()
    _ = try host.create("new")
    try tamper(with: host.path, "UPDATE sqlite_sequence SET seq = \(number)")
    #expect(try host.replica.checkUp().faults == ["a number is none that can have been given out"])
  }

  @Test func `a damaged schema is no mistake of who asks`() async throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab")])
    let query = ReplicaQuery(path: host.path, timeout: .seconds(5), maximumRows: 10)
    await #expect(throws: ReplicaQuery.Failure.refused(reason: "no such column: seen")) {
      try await query.run("SELECT seen FROM networks")
    }
    let renaming = "UPDATE sqlite_schema SET sql = replace(sql, 'record_type', 'record_tipe') WHERE name = 'network'"
    try tamper(with: host.path, "PRAGMA writable_schema = ON; \(renaming)")
    let error = await #expect(throws: ReplicaQuery.Failure.self) { try await query.run("SELECT * FROM networks") }
    guard case .replica(.damaged) = error else {
      Issue.record("\(String(describing: error)) blames the statement")
      return
    }
  }

  @Test func `an edit whose network damage has taken away is not hidden, but named as damage`() throws {
    let host = try ReplicaHost()
    try host.create("new")
    try tamper(with: host.path, "UPDATE operation SET network_key = 77")
    #expect(throws: ReplicaError.self) { try host.replica.operations() }
  }

  // MARK: Resets

  @Test func `a reset forgets what was pulled, and keeps the outbox, its networks and every number`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "den")])
    let made = try host.create("new")
    _ = try host.rename("lab", to: "lab-eu")
    let report = try Replica.reset(host.path, withOutbox: false, now: host.replica.now)
    #expect(report.kept == 2 && report.lost == [] && report.isWhole && report.setAside == nil)
    #expect(try host.seen.sorted() == ["lab-eu waiting", "new waiting"])
    #expect(try host.outbox == ["1 create new waiting", "2 rename lab-eu waiting"])
    #expect(try host.replica.status().completeAsOf == nil)
    #expect(try host.create("next").edit > made.edit)
    #expect(try host.replica.checkUp().faults == [])
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "den")])
    #expect(try host.seen.sorted() == ["den synced", "lab-eu waiting", "new waiting", "next waiting"])
  }

  @Test func `with the outbox, a reset says of every edit that it is dropped`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab")])
    _ = try host.create("new")
    _ = try host.delete("lab")
    let report = try Replica.reset(host.path, withOutbox: true, now: host.replica.now)
    #expect(report.dropped.map(\.number.rawValue) == [1, 2])
    #expect(report.dropped.map(\.name) == [NetworkName("new"), nil])
    #expect(try host.seen.isEmpty && host.outbox.isEmpty)
    #expect(try host.create("next").edit.rawValue == 3)
  }

  @Test
  func `out of a damaged file a reset saves the edits that can be read, names the others, and sets the file aside`()
    throws
  {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab")])
    _ = try host.rename("lab", to: "lab-eu")
    for number in 1...300 { _ = try host.create("made-\(number)") }
    try host.replica.checkpoint()
    let path = "\(host.path).damaged"
    try FileManager.default.copyItem(atPath: host.path, toPath: path)
    let damaged = try overwriteLeaf(of: "operation", in: path)
    let report = try Replica.reset(path, withOutbox: false, now: host.replica.now)
    #expect(!report.isWhole)
    #expect(report.kept + report.lost.count == 301)
    #expect(report.kept > 200 && !report.lost.isEmpty)
    #expect(report.lost.allSatisfy { $0.action == .create && $0.name?.text == "made-\($0.number.rawValue - 1)" })
    let aside = try #require(report.setAside)
    #expect(try Data(contentsOf: URL(filePath: aside)) == damaged)

    let saved = try Replica.open(path, .existing, now: host.replica.now)
    #expect(try saved.checkUp().faults == [])
    #expect(try permissions(of: path) == 0o600)
    #expect(try saved.operations().count == report.kept)
    #expect(try saved.networks().contains { $0.name?.text == "lab-eu" && $0.id == .sample(1) })
    // Whether a create was sent may be what the damage took.
    #expect(try saved.operations().allSatisfy { $0.intent.action != .create || $0.state.word == .inDoubt })
    _ = try saved.create(NetworkName("next"), localID: host.newLocalID())
    #expect(try saved.operations().last?.edit.rawValue == 302)
    #expect(try files(beside: path).allSatisfy { !$0.contains("saved") })
  }

  @Test func `a reset leaves alone what is no replica`() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/letter"
    try Data("A letter that somebody wrote.".utf8).write(to: URL(filePath: path))
    #expect(throws: ReplicaError.notAReplica(path: path)) {
      try Replica.reset(path, withOutbox: true, now: { Timestamp(microseconds: 0) })
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["letter"])
  }

  @Test func `a reset and a backup remove no file of somebody else`() throws {
    let host = try ReplicaHost()
    for number in 1...300 { _ = try host.create("made-\(number)") }
    let path = try damagedCopy(of: host)
    for name in [path + ".saved", path + ".backup.partial"] { try Data("mine".utf8).write(to: URL(filePath: name)) }
    _ = try host.replica.backUp(to: path + ".backup")
    _ = try Replica.reset(path, withOutbox: false, now: host.replica.now)
    for name in [path + ".saved", path + ".backup.partial"] {
      #expect(try Data(contentsOf: URL(filePath: name)) == Data("mine".utf8))
    }
  }

  @Test func `all edits that damage has taken are named in the journal, not the first few alone`() throws {
    let host = try ReplicaHost()
    for number in 1...300 { _ = try host.create("made-\(number)") }
    let path = try damagedCopy(of: host)
    let report = try Replica.reset(path, withOutbox: false, now: host.replica.now)
    try #require(report.lost.count > 5)
    let told = try Replica.open(path, .existing, now: host.replica.now).status().losses.map(\.words)
    for edit in report.lost { #expect(told.contains { $0.hasPrefix(edit.words) }, "\(edit.words)") }
  }

  @Test func `an edit of a network whose id is damaged is not kept to wait for ever, but named`() throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "den")])
    let lost = try host.rename("lab", to: "lab-eu")
    _ = try host.rename("den", to: "den-eu")
    _ = try host.create("new")
    try tamper(with: host.path, "UPDATE network SET remote_id = '?' || substr(remote_id, 2) WHERE name = 'lab'")
    try tamper(with: host.path, "UPDATE network SET local_id = '?' || substr(local_id, 2) WHERE local_id IS NOT NULL")
    let report = try Replica.reset(host.path, withOutbox: false, now: host.replica.now)
    #expect(report.kept == 2 && report.lost.map(\.number) == [lost.edit])
    let saved = try Replica.open(host.path, .existing, now: host.replica.now)
    #expect(try saved.checkUp().faults == [])
    #expect(try saved.status().losses.contains { $0.words.contains("rename lab-eu") })
    #expect(try saved.operations().count == 2)
  }

  @Test func `of a sound outbox a damaged journal does not say that an edit is lost`() throws {
    let host = try ReplicaHost()
    let create = try host.create("made")
    try host.send(create)
    try host.settle(create, .landed(.sample(1, name: "made")))
    _ = try host.create("new")
    try tamper(with: host.path, "UPDATE journal SET kind = 'rent' WHERE kind = 'sent'")
    #expect(try host.replica.checkUp().faults != [])
    let report = try Replica.reset(host.path, withOutbox: false, now: host.replica.now)
    #expect(report.kept == 1 && report.lost == [] && report.isWhole)
  }

  @Test func `a file whose header forbids writing is no sound one, and its outbox is saved`() throws {
    let host = try ReplicaHost()
    _ = try host.create("new")
    let path = "\(host.path).damaged"
    _ = try host.replica.backUp(to: path)
    var bytes = try Data(contentsOf: URL(filePath: path))
    // The file format write version, of https://sqlite.org/fileformat2.html, 1.3.
    bytes[18] = 3
    try bytes.write(to: URL(filePath: path))
    #expect(try Replica.checkUp(path, now: host.replica.now).faults == ["its header forbids writing"])
    #expect(throws: ReplicaError.damaged(path: path, reason: "its header forbids writing")) {
      let replica = try Replica.open(path, .existing, now: host.replica.now)
      _ = try replica.create(NetworkName("new"), localID: .random(at: host.replica.now()))
    }
    let report = try Replica.reset(path, withOutbox: false, now: host.replica.now)
    #expect(report.kept == 1 && report.lost == [] && report.setAside != nil)
    #expect(try Replica.checkUp(path, now: host.replica.now).faults == [])
  }

  @Test func `networks that were made here keep their ids through a reset of a damaged file`() throws {
    let host = try ReplicaHost()
    let create = try host.create("made")
    try host.send(create)
    try host.settle(create, .landed(.sample(1, name: "made")))
    for number in 1...300 { _ = try host.create("made-\(number)") }
    let local = try #require(try host.replica.networks().first { $0.name?.text == "made" }?.localID)
    let path = try damagedCopy(of: host)
    _ = try Replica.reset(path, withOutbox: false, now: host.replica.now)
    let saved = try Replica.open(path, .existing, now: host.replica.now)
    let networks = try saved.networks()
    let id = NetworkID.sample(1)
    #expect(networks.contains { $0.localID == local && $0.id == id })
    #expect(networks.allSatisfy { $0.name != nil })
  }

  /// Where the process that replaces a damaged file dies.
  enum CutShort: CaseIterable {
    case newFileIsFinished, damagedOneHasBothNames, logIsSetAside, logCameAgain
  }

  @Test(arguments: CutShort.allCases)
  func `a reset that is cut short is finished by whoever opens the replica next`(_ point: CutShort) throws {
    let host = try ReplicaHost()
    try host.create("saved")
    let path = "\(host.path).damaged"
    _ = try host.replica.backUp(to: "\(path).netsync-reset")
    let damaged = Data(repeating: 0xFF, count: 8_192)
    let log = Data("a log".utf8)
    try damaged.write(to: URL(filePath: path))
    try log.write(to: URL(filePath: "\(path)-wal"))
    func aside() throws -> String? {
      try files(beside: path).first { $0.contains(".damaged.damaged-") && !$0.hasSuffix("-wal") }
        .map { URL(filePath: path).deletingLastPathComponent().appending(path: $0).path }
    }
    if point != .newFileIsFinished {
      // As far as it came: the whole of it, and then back.
      try FileManager.default.linkItem(atPath: "\(path).netsync-reset", toPath: "\(host.path).again")
      _ = try Replica.open(path, .existing, now: host.replica.now)
      let aside = try #require(try aside())
      try FileManager.default.removeItem(atPath: path)
      for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
      try FileManager.default.linkItem(atPath: aside, toPath: path)
      if point == .damagedOneHasBothNames {
        try FileManager.default.moveItem(atPath: aside + "-wal", toPath: path + "-wal")
      }
      if point == .logCameAgain { try Data().write(to: URL(filePath: path + "-wal")) }
      try FileManager.default.moveItem(atPath: "\(host.path).again", toPath: "\(path).netsync-reset")
    }
    let replica = try Replica.open(path, .existing, now: host.replica.now)
    #expect(try replica.operations().map(\.intent.name?.text) == ["saved"])
    let place = try #require(try aside())
    #expect(try Data(contentsOf: URL(filePath: place)) == damaged)
    #expect(try Data(contentsOf: URL(filePath: place + "-wal")) == log)
    #expect(try files(beside: path).allSatisfy { !$0.hasSuffix(".netsync-reset") })
  }

  @Test func `nobody edits a damaged file while its outbox is read out of it`() throws {
    let host = try ReplicaHost()
    try host.create("before")
    try Data().write(to: URL(filePath: "\(host.path).netsync-reset"))
    #expect(throws: ReplicaError.replaced(path: host.path)) { try host.create("lost with the file") }
    try FileManager.default.removeItem(atPath: "\(host.path).netsync-reset")
    try host.create("after")
    #expect(try host.outbox == ["1 create before waiting", "2 create after waiting"])
  }

  @Test(arguments: [
    "UPDATE meta SET steps = 9223372036854775807", "UPDATE sqlite_sequence SET seq = 9223372036854775807",
  ])
  func `a number that leaves none to give is damage, and a reset begins with numbers that can be given`(_ sql: String)
    throws
  {
    let host = try ReplicaHost()
    try host.create("kept")
    try host.replica.checkpoint()
    let path = "\(host.path).damaged"
    try FileManager.default.copyItem(atPath: host.path, toPath: path)
    try tamper(with: path, sql)
    #expect(throws: ReplicaError.self) {
      try Replica.open(path, .existing, now: host.replica.now).create(NetworkName("next"), localID: host.newLocalID())
    }
    #expect(try Replica.checkUp(path, now: host.replica.now).faults.count == 1)
    #expect(try Replica.reset(path, withOutbox: false, now: host.replica.now).kept == 1)
    let saved = try Replica.open(path, .existing, now: host.replica.now)
    _ = try saved.create(NetworkName("next"), localID: host.newLocalID())
    #expect(try saved.operations().map(\.edit.rawValue) == [1, 2])
  }

  @Test func `a count that nothing comes to is damage, and ends no process`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try tamper(with: host.path, "UPDATE operation SET attempts = 9223372036854775807")
    #expect(throws: ReplicaError.self) { try host.send(create) }
    #expect(try host.replica.checkUp().faults.count == 1)
    #expect(try Replica.reset(host.path, withOutbox: false, now: host.replica.now).lost.map(\.name?.text) == ["lab"])
  }

  @Test func `a file of an older version can be reset by who has the sync lock`() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/replica.sqlite"
    let fixture = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/replica-v1.sqlite")
    try FileManager.default.copyItem(atPath: fixture.path, toPath: path)
    let lock = try SyncLock(replica: path)
    let report = try Replica.reset(path, withOutbox: false, now: { Timestamp(microseconds: 0) })
    _ = consume lock
    #expect(report.kept > 0 && report.setAside == nil)
  }

  // MARK: A file that goes while it is open

  @Test func `an edit is never told of as queued in a file that was removed or replaced meanwhile`() throws {
    let host = try ReplicaHost()
    let other = try ReplicaHost()
    try FileManager.default.removeItem(atPath: host.path)
    #expect(throws: ReplicaError.replaced(path: host.path)) { try host.create("lab") }
    try FileManager.default.copyItem(atPath: other.path, toPath: host.path)
    #expect(throws: ReplicaError.replaced(path: host.path)) { try host.create("lab") }
  }

  @Test func `a replica that was shrunk holds what it held`() throws {
    let host = try ReplicaHost()
    try host.pull((1...200).map { .sample($0, name: "lab-\($0)") })
    _ = try host.create("new")
    let before = try (host.seen, host.outbox)
    try host.replica.vacuum()
    #expect(try host.seen == before.0)
    #expect(try host.outbox == before.1)
    #expect(try host.replica.checkUp().faults == [])
    #expect(host.replica.size.log == 0)
  }
}

private func permissions(of path: String) throws -> mode_t {
  var status = stat()
  try #require(unsafe lstat(path, &status) == 0)
  return status.st_mode & 0o777
}

private func files(beside path: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: URL(filePath: path).deletingLastPathComponent().path)
}

/// Writes past every constraint, as a flipped bit would.
private func tamper(with path: String, _ sql: String) throws {
  var configuration = Configuration()
  configuration.foreignKeysEnabled = false
  configuration.prepareDatabase { database in try database.execute(sql: "PRAGMA ignore_check_constraints = ON") }
  try DatabaseQueue(path: path, configuration: configuration).write { database in try database.execute(sql: sql) }
}

/// A copy of a host's file, with a page of the outbox damaged.
private func damagedCopy(of host: ReplicaHost) throws -> String {
  try host.replica.checkpoint()
  let path = "\(host.path).damaged"
  try FileManager.default.copyItem(atPath: host.path, toPath: path)
  try overwriteLeaf(of: "operation", in: path)
  return path
}

/// Damages one page in the middle of a table.
///
/// - Returns: the file as it is then.
@discardableResult
func overwriteLeaf(of table: String, in path: String) throws -> Data {
  let (page, size) = try DatabaseQueue(path: path).read { database in
    let pages = try Int.fetchAll(
      database,
      sql: "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path",
      arguments: [table]
    )
    return (
      try #require(pages.dropFirst(pages.count / 2).first),
      try #require(try Int.fetchOne(database, sql: "PRAGMA page_size"))
    )
  }
  var content = try Data(contentsOf: URL(filePath: path))
  let start = (page - 1) * size
  content.replaceSubrange(start..<(start + size), with: Data(repeating: 0xFF, count: size))
  try content.write(to: URL(filePath: path))
  return content
}
