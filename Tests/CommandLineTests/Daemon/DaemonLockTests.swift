import Foundation
import Testing

@testable import NetsyncCLI

@Suite struct DaemonLockTests {
  private let directory = FileManager.default.temporaryDirectory.path + "/netsync-lock-" + UUID().uuidString
  private var replica: String { directory + "/replica.sqlite" }
  private let record = DaemonRecord(pid: 4_711, listen: nil, startedAt: "2026-11-24T20:13:16.923679Z")

  init() throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  @Test func `one holder at a time, and everybody sees who`() throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    #expect(DaemonLock.holder(ofReplica: replica) == nil)
    do {
      let lock = try #require(try DaemonLock(replica: replica))
      try lock.write(record)
      #expect(DaemonLock.holder(ofReplica: replica) == record)
      #expect(try DaemonLock(replica: replica) == nil)
      var longer = record
      longer.listen = "http://127.0.0.1:9000/"
      try lock.write(longer)
      #expect(DaemonLock.holder(ofReplica: replica) == longer)
      try lock.write(record)
      #expect(DaemonLock.holder(ofReplica: replica) == record)
      withExtendedLifetime(lock) {}
    }
    #expect(DaemonLock.holder(ofReplica: replica) == nil)
    #expect(try DaemonLock(replica: replica) != nil)
  }

  @Test func `the file is its user's alone`() throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    _ = try DaemonLock(replica: replica)
    let attributes = try FileManager.default.attributesOfItem(atPath: replica + ".daemon")
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func `a directory that is not there is told`() {
    #expect(throws: SystemRefusal.self) { try DaemonLock(replica: "/nowhere/replica.sqlite") }
  }
}
