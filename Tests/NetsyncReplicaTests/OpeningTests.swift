import FoundationEssentials
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

@Suite(.opensReplicas) struct OpeningTests {
  @Test func `a replica that is not there is not made by looking for it`() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/none/replica.sqlite"
    #expect(throws: ReplicaError.missing(path: path)) { try openReplica(path, .existing) }
    #expect(!FileManager.default.fileExists(atPath: "\(directory.path)/none"))
  }

  /// Serialized: the process has one umask. What runs beside this makes its files more open or more closed, and no less well.
  @Test(.serialized, arguments: [0o000, 0o027, 0o077] as [mode_t])
  func `a new replica and a copy to try things on are their owner's alone, whatever the umask`(mask: mode_t) throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/profiles/work/replica.sqlite"
    let former = umask(mask)
    defer { umask(former) }
    let replica = try openReplica(path, .makeIfMissing)
    _ = try replica.beginSweep(networksOnly: true)
    let trial = try Replica.trial(of: path, now: { Timestamp(microseconds: 0) }).replica
    defer { trial.endTrial() }
    let trialDirectory = URL(filePath: trial.path).deletingLastPathComponent().path(percentEncoded: false)
    let tried = try FileManager.default.contentsOfDirectory(atPath: trialDirectory).map { "\(trialDirectory)/\($0)" }
    #expect(!tried.isEmpty)
    for file in ["", "-wal", "-shm", ".lock", ".reserve"].map({ path + $0 }) + tried {
      #expect(try permissions(of: file) == 0o600, "\(file)")
    }
    for made in ["\(directory.path)/profiles/work", "\(directory.path)/profiles", trialDirectory] {
      #expect(try permissions(of: made) == 0o700, "\(made)")
    }
    #expect(try replica.lastSweep()?.sweep == 1)
  }

  @Test(arguments: ["my networks", "Größe", "50% off"])
  func `a replica goes where it was asked to, whatever the directory's name holds`(name: String) throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/\(name)/replica.sqlite"
    _ = try openReplica(path, .makeIfMissing)
    #expect(FileManager.default.fileExists(atPath: path))
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [name])
  }

  @Test func `a file that is only read stays as it is, byte for byte`() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/replica.sqlite"
    try {
      _ = try openReplica(path, .makeIfMissing).beginSweep(networksOnly: true)
    }()
    let before = try Data(contentsOf: URL(filePath: path))
    try {
      let replica = try openReplica(path, .existing)
      #expect(try replica.lastSweep()?.sweep == 1)
      #expect(try replica.networks().isEmpty)
    }()
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
    #expect(!FileManager.default.fileExists(atPath: "\(path)-wal"))
  }

  @Test func `a new replica is empty, and not in sync`() throws {
    let host = try ReplicaHost()
    #expect(try host.seen.isEmpty)
    #expect(try host.outbox.isEmpty)
    let meta = try host.replica.meta()
    #expect(meta.baseURL == nil)
    #expect(meta.clock == .unknown)
    #expect(meta.acknowledgements == 0)
    #expect(try !host.replica.status().isInSync)
  }

  @Test(arguments: [false, true])
  func `who watches a file is told when it is removed or replaced`(isReplaced: Bool) throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/replica.sqlite"
    let watch = try ReplicaWatch(try openReplica(path, .makeIfMissing))
    let version = try watch.version()
    #expect(try watch.version() == version)
    if isReplaced {
      let other = "\(directory.path)/other.sqlite"
      _ = try openReplica(other, .makeIfMissing)
      try #require(unsafe rename(other, path) == 0)
    } else {
      try FileManager.default.removeItem(atPath: path)
    }
    #expect(throws: ReplicaError.replaced(path: path)) { try watch.version() }
  }

  @Test func `an empty file becomes a replica where one is to be made, and stays as it is otherwise`() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/replica.sqlite"
    try Data().write(to: URL(filePath: path))
    #expect(throws: ReplicaError.missing(path: path)) { try openReplica(path, .existing) }
    #expect(try Data(contentsOf: URL(filePath: path)).isEmpty)
    _ = try openReplica(path, .makeIfMissing).beginSweep(networksOnly: true)
    #expect(try openReplica(path, .existing).lastSweep()?.sweep == 1)
    #expect(try permissions(of: path) == 0o600)
  }

  @Test func `everything is there after a restart`() async throws {
    let host = try ReplicaHost()
    try host.pull([.sample(1, name: "lab"), .sample(2, name: "dmz")], [.sample(3, name: "old")])
    try host.create("new")
    try host.rename("lab", to: "lab-eu")
    try host.delete("old")
    try host.send(host.rename("dmz", to: "dmz-eu"))
    try host.replica.bind(to: "https://api.telnyx.com/v2")
    try host.replica.remember(ServerClock(offset: .seconds(-3), uncertainty: .milliseconds(700)))
    try host.replica.keepQuiet(until: host.now + .seconds(60))

    let networks = try host.replica.networks()
    let operations = try host.replica.operations()
    let meta = try host.replica.meta()
    let journal = try await host.journal()
    try host.restart()

    #expect(try host.replica.networks() == networks)
    #expect(try host.replica.operations() == operations)
    #expect(try host.replica.meta() == meta)
    let journalAfter = try await host.journal()
    #expect(journalAfter == journal)
    #expect(meta.quietUntil == host.now + .seconds(60))
    #expect(meta.clock == ServerClock(offset: .seconds(-3), uncertainty: .milliseconds(700)))
  }

  @Test func `two that open a replica at once share it`() throws {
    let host = try ReplicaHost()
    let other = try openReplica(host.path, .makeIfMissing)
    try host.create("lab")
    #expect(try other.networks().map(\.name) == [NetworkName("lab")])
    #expect(try other.networks() == host.replica.networks())
  }

  @Test func `many that make the same replica at once all get it`() async throws {
    for _ in 0..<10 {
      let directory = try TemporaryDirectory()
      let path = "\(directory.path)/replica.sqlite"
      let sweeps = try await withThrowingTaskGroup(of: Int64.self) { group in
        for _ in 0..<6 {
          group.addTask { try openReplica(path, .makeIfMissing).beginSweep(networksOnly: true) }
        }
        return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
      }
      #expect(sweeps == Set(1...6))
    }
  }
}

private func openReplica(_ path: String, _ opening: Replica.Opening) throws(ReplicaError) -> Replica {
  try Replica.open(path, opening, now: { Timestamp(microseconds: 1_780_000_000_000_000) })
}

private func permissions(of path: String) throws -> mode_t {
  var status = stat()
  let result = unsafe stat(path, &status)
  try #require(result == 0, "\(path)")
  return status.st_mode & 0o777
}
