import FoundationEssentials
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestKit
import NetsyncTestSupport
import Testing

/// SQLite says nothing of what is lost with a write-ahead log: edits that were told of as queued would be gone without a word.
@Suite(.opensReplicas) struct LossTests {
  private let directory: TemporaryDirectory
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = "\(directory.path)/replica.sqlite"
  }

  /// The file of a host as it is, and its mark as it is after `edits`; what these wrote is in the log alone, and that is lost.
  private func losing(_ host: ReplicaHost, _ edits: () throws -> Void) throws {
    try host.replica.checkpoint()
    try FileManager.default.copyItem(atPath: host.path, toPath: path)
    try edits()
    try FileManager.default.copyItem(atPath: "\(host.path).mark", toPath: "\(path).mark")
  }

  @Test func `edits that are lost with the log are told of, and their numbers are not given again`() throws {
    let host = try ReplicaHost()
    try host.create("kept")
    try losing(host) {
      try host.create("lost")
      try host.create("lost too")
    }
    let changes = try host.replica.latestChange()
    let replica = try Replica.open(path, .existing, now: host.replica.now)
    let words = try #require(replica.loss)
    #expect(words.hasPrefix("2 steps that were on disk are not in the file, edits 2 to 3 among them"), "\(words)")
    #expect(try replica.status().losses.map(\.words) == [words])
    #expect(try replica.changes(limit: 10).last?.kind == .lost)
    #expect(try replica.latestChange() > changes)
    _ = try replica.create(NetworkName("next"), localID: host.newLocalID())
    #expect(try replica.operations().map(\.edit.rawValue) == [1, 4])
    let again = try Replica.open(path, .existing, now: host.replica.now)
    #expect(again.loss == nil)
    #expect(try again.status().losses.count == 1)
  }

  @Test func `a create whose sending is lost with the log is looked for, and not sent twice`() throws {
    let host = try ReplicaHost()
    let create = try host.create("lab")
    try losing(host) { try host.send(create) }
    let replica = try Replica.open(path, .existing, now: host.replica.now)
    #expect(replica.loss != nil)
    try replica.recover()
    #expect(try replica.operations().map(\.state.word) == [.inDoubt])
  }

  @Test func `what is lost cannot be undone by a number`() throws {
    let host = try ReplicaHost()
    try losing(host) { try host.create("lost") }
    let replica = try Replica.open(path, .existing, now: host.replica.now)
    let change = try #require(try replica.changes(limit: 10).last)
    #expect(try replica.undo(change.number, localID: host.newLocalID()) == .refused(.nothingToReverse, see: nil))
  }

  @Test(arguments: ["", "7 1 1\n", "7 1 1\n8 1 1\n", "no number\nno number\n", "7 1\n7 1\n", "7 1 1 -2\n7 1 1 -2\n"])
  func `a mark that is not as it was written says nothing`(_ mark: String) throws {
    let host = try ReplicaHost()
    try host.create("kept")
    try host.replica.checkpoint()
    try FileManager.default.copyItem(atPath: host.path, toPath: path)
    try Data(mark.utf8).write(to: URL(filePath: "\(path).mark"))
    let replica = try Replica.open(path, .existing, now: host.replica.now)
    #expect(replica.loss == nil)
    _ = try replica.create(NetworkName("next"), localID: host.newLocalID())
    #expect(try Replica.open(path, .existing, now: host.replica.now).loss == nil)
  }

  @Test func `a mark with fewer digits than the one before is read as it was written`() throws {
    let host = try ReplicaHost()
    try host.create("kept")
    let line = "1 100000000 100000000\n"
    try Data((line + line).utf8).write(to: URL(filePath: "\(host.path).mark"))
    try host.create("more")
    let mark = try String(contentsOf: URL(filePath: "\(host.path).mark"), encoding: .utf8).split(separator: "\n")
    #expect(mark.count == 2 && mark[0] == mark[1] && mark[0].contains(" 2 2 "), "\(mark)")
  }

  @Test func `nothing is sent out of a damaged file that lacks what was sent`() throws {
    let host = try ReplicaHost()
    for number in 1...300 { try host.create("made-\(number)") }
    let create = try #require(try host.replica.operations().first)
    try losing(host) { try host.send(create) }
    try overwriteLeaf(of: "journal", in: path)
    #expect(throws: ReplicaError.self) { try Replica.open(path, .existing, now: host.replica.now) }
    let report = try Replica.reset(path, withOutbox: false, now: host.replica.now)
    #expect(report.loss?.contains("not in the file") == true)
    let saved = try Replica.open(path, .existing, now: host.replica.now)
    #expect(saved.loss == nil)
    #expect(try saved.operations().allSatisfy { $0.state.word == .inDoubt })
    #expect(try saved.status().losses.count == 1)
  }

  @Test func `an empty file beside a log is no new file, and its log is not removed`() throws {
    let host = try ReplicaHost()
    try host.create("in the log")
    for suffix in ["", "-wal"] { try FileManager.default.copyItem(atPath: host.path + suffix, toPath: path + suffix) }
    let log = try Data(contentsOf: URL(filePath: "\(path)-wal"))
    try #require(!log.isEmpty)
    for isThere in [true, false] {
      if isThere { try Data().write(to: URL(filePath: path)) } else { try FileManager.default.removeItem(atPath: path) }
      for opening in [Replica.Opening.existing, .makeIfMissing] {
        #expect(throws: ReplicaError.self) { try Replica.open(path, opening, now: host.replica.now) }
      }
      #expect(try Data(contentsOf: URL(filePath: "\(path)-wal")) == log)
    }
    let report = try Replica.reset(path, withOutbox: false, now: host.replica.now)
    #expect(!report.isWhole)
    let aside = try #require(report.setAside)
    #expect(try Data(contentsOf: URL(filePath: "\(aside)-wal")) == log)
    #expect(try Replica.open(path, .existing, now: host.replica.now).operations().isEmpty)
  }

  /// As after a crash: a file whose last edit is in its log alone, and a backup of it that was made before.
  private func leavingALog(_ host: ReplicaHost) throws -> (backup: String, log: Data) {
    try host.create("in both")
    let backup = "\(directory.path)/backup.sqlite"
    _ = try host.replica.backUp(to: backup)
    try host.replica.checkpoint()
    try host.create("in the log")
    for suffix in ["", "-wal", ".mark"] {
      try FileManager.default.copyItem(atPath: host.path + suffix, toPath: path + suffix)
    }
    return (backup, try Data(contentsOf: URL(filePath: "\(path)-wal")))
  }

  @Test func `a backup is not opened with the log of the file whose place it took`() throws {
    let host = try ReplicaHost()
    let (backup, log) = try leavingALog(host)
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: backup, toPath: path)
    for _ in 1...2 {
      #expect(throws: ReplicaError.foreignLog(path: path)) { try Replica.open(path, .existing, now: host.replica.now) }
    }
    #expect(try Data(contentsOf: URL(filePath: "\(path)-wal")) == log)
    #expect(try Data(contentsOf: URL(filePath: path)) == Data(contentsOf: URL(filePath: backup)))

    try FileManager.default.removeItem(atPath: "\(path)-wal")
    let replica = try Replica.open(path, .existing, now: host.replica.now)
    #expect(replica.loss?.contains("edit 2 among them") == true)
    #expect(try replica.operations().map(\.state.word) == [.inDoubt])
    _ = try replica.create(NetworkName("next"), localID: host.newLocalID())
    // Its log is its own now.
    #expect(try Replica.open(path, .existing, now: host.replica.now).operations().map(\.edit.rawValue) == [1, 3])
  }

  @Test func `a log belongs to its file after a crash, and where both are put in place together`() throws {
    let host = try ReplicaHost()
    _ = try leavingALog(host)
    let other = "\(directory.path)/other.sqlite"
    for suffix in ["", "-wal"] { try FileManager.default.copyItem(atPath: path + suffix, toPath: other + suffix) }
    for path in [path, other] {
      #expect(try Replica.open(path, .existing, now: host.replica.now).operations().map(\.edit.rawValue) == [1, 2])
    }
  }

  @Test func `a reset of a file that has another one's log sets both aside`() throws {
    let host = try ReplicaHost()
    let (backup, log) = try leavingALog(host)
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: backup, toPath: path)
    let report = try Replica.reset(path, withOutbox: false, now: host.replica.now)
    let aside = try #require(report.setAside)
    #expect(try Data(contentsOf: URL(filePath: "\(aside)-wal")) == log)
    #expect(try Data(contentsOf: URL(filePath: aside)) == Data(contentsOf: URL(filePath: backup)))
    // What was in the other file's log is set aside with it.
    let saved = try Replica.open(path, .existing, now: host.replica.now).operations()
    #expect(saved.map(\.edit.rawValue) == [1] && saved.map(\.state.word) == [.inDoubt])
  }

  @Test func `a loss is no longer told of when the journal's time is over, and a reset does not end it`() throws {
    let host = try ReplicaHost()
    try losing(host) { try host.create("lost") }
    let replica = try Replica.open(path, .existing, now: host.replica.now)
    _ = try Replica.reset(path, withOutbox: true, now: host.replica.now)
    #expect(try replica.status().losses.count == 1)
    host.wait(.seconds(91 * 86_400))
    try replica.compactJournal()
    #expect(try replica.status().losses.isEmpty)
  }

  @Test func `a dry run passes on what was found to be lost`() throws {
    let host = try ReplicaHost()
    try losing(host) { try host.create("lost") }
    let trial = try Replica.trial(of: path, now: host.replica.now)
    defer { trial.replica.endTrial() }
    #expect(trial.loss != nil)
  }

  @Test func `a new replica in the place of one that was removed has lost nothing`() throws {
    let host = try ReplicaHost()
    for name in ["a", "b", "c"] { try host.create(name) }
    try losing(host) {}
    try FileManager.default.removeItem(atPath: path)
    let replica = try Replica.open(path, .makeIfMissing, now: host.replica.now)
    #expect(replica.loss == nil)
    _ = try replica.create(NetworkName("first"), localID: host.newLocalID())
    #expect(try replica.operations().map(\.edit.rawValue) == [1])
    #expect(try Replica.open(path, .existing, now: host.replica.now).loss == nil)
  }
}
