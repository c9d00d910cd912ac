import Foundation
import Testing

@testable import NetsyncCLI

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

@Suite struct SystemdNotifierTests {
  @Test func `what is said arrives, one datagram each`() throws {
    let socket = try NotifySocket()
    let notifier = try #require(SystemdNotifier(environment: ["NOTIFY_SOCKET": socket.path]))
    notifier.ready()
    notifier.status("2 edits wait\nREADY=1")
    notifier.stopping()
    #expect(socket.received() == ["READY=1", "STATUS=2 edits wait", "STOPPING=1"])
  }

  @Test func `a reload is stamped with the monotonic clock`() throws {
    let socket = try NotifySocket()
    try #require(SystemdNotifier(environment: ["NOTIFY_SOCKET": socket.path])).reloading()
    let lines = try #require(socket.received().first).split(separator: "\n")
    #expect(lines.first == "RELOADING=1")
    let stamp = try #require(lines.last?.split(separator: "=").last.flatMap { Int($0) })
    #expect(lines.last?.hasPrefix("MONOTONIC_USEC=") == true)
    #expect(abs(stamp - monotonicMicroseconds()) < 60_000_000)
  }

  @Test func `an abstract address is another name space`() throws {
    let socket = try NotifySocket(abstract: true)
    try #require(SystemdNotifier(environment: ["NOTIFY_SOCKET": socket.path])).ready()
    #expect(socket.received() == ["READY=1"])
  }

  @Test func `a sign of life is passed on while the engine works, and none while it is stuck`() throws {
    let socket = try NotifySocket()
    let notifier = try #require(
      SystemdNotifier(environment: ["NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "120000000"])
    )
    #expect(socket.received() == [])
    for _ in 0..<100 { notifier.heartbeat() }
    #expect(socket.received() == ["WATCHDOG=1"])
  }

  @Test func `a sign of life that systemd wants of another process, or of none, is not sent`() throws {
    let socket = try NotifySocket()
    for extra in [[:], ["WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"], ["WATCHDOG_USEC": "soon"]] {
      let environment = ["NOTIFY_SOCKET": socket.path].merging(extra) { $1 }
      try #require(SystemdNotifier(environment: environment, processID: 4_711)).heartbeat()
    }
    #expect(socket.received() == [])
  }

  @Test(arguments: [nil, "", "/", "relative/path", "vsock:2:1", "/" + String(repeating: "x", count: 200)])
  func `an address that cannot be one is nobody's`(address: String?) {
    var environment: [String: String] = [:]
    environment["NOTIFY_SOCKET"] = address
    #expect(SystemdNotifier(environment: environment) == nil)
  }

  @Test func `nobody at the other end is no harm`() throws {
    let notifier = try #require(SystemdNotifier(environment: ["NOTIFY_SOCKET": "/nowhere/notify"]))
    notifier.ready()
  }

  @Test func `signs of life keep to half of the time that systemd waits`() throws {
    var pace = try #require(WatchdogPace(environment: ["WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "7"], processID: 7))
    let start = ContinuousClock.now
    let due = [0, 400, 999, 1_000, 1_400, 2_500].map { pace.isDue(at: start + .milliseconds($0)) }
    #expect(due == [true, false, false, true, false, true])
  }
}

private func monotonicMicroseconds() -> Int {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
}

/// What systemd listens on.
private final class NotifySocket {
  let path: String
  private let descriptor: Int32

  init(abstract: Bool = false) throws {
    let name = "netsync-notify-" + UUID().uuidString
    path = abstract ? "@\(name)" : FileManager.default.temporaryDirectory.path + "/" + name
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = abstract ? [0] + Array(name.utf8) : Array(path.utf8)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + bytes.count)
    let isBound = unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) == 0 }
    }
    try #require(isBound)
  }

  deinit {
    close(descriptor)
    if !path.hasPrefix("@") { unsafe unlink(path) }
  }

  /// What has arrived since the last look; a datagram on this host is there when it was sent.
  func received() -> [String] {
    var all: [String] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      guard count >= 0 else { return all }
      all.append(String(decoding: buffer[..<count], as: UTF8.self))
    }
  }
}
