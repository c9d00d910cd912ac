import FoundationEssentials
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Tells systemd how the service is doing: datagrams to `$NOTIFY_SOCKET`, as sd_notify(3) describes them.
///
/// A datagram that cannot be delivered is dropped: no service may wait for, or end with, who watches it.
final class SystemdNotifier: Sendable {
  /// Variables that are this process's alone: a child that had them could speak for it.
  private static let variables = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]

  private let descriptor: Int32
  /// A path, or a name behind a zero byte.
  private let address: [UInt8]
  private let watchdog: Mutex<WatchdogPace?>

  /// Reads where to, and how often a sign of life is due.
  ///
  /// - Returns: nil where nobody listens.
  init?(environment: [String: String], processID: Int32 = getpid()) {
    guard let address = environment["NOTIFY_SOCKET"], address.utf8.count > 1,
      address.utf8.count < Self.longestAddress, address.hasPrefix("/") || address.hasPrefix("@")
    else { return nil }
    self.address = address.hasPrefix("@") ? [0] + address.utf8.dropFirst() : Array(address.utf8)
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    watchdog = Mutex(WatchdogPace(environment: environment, processID: processID))
    guard descriptor >= 0 else { return nil }
  }

  deinit { close(descriptor) }

  /// Takes the variables out of the environment that children get.
  static func forgetEnvironment() {
    for variable in variables { unsafe unsetenv(variable) }
  }

  /// The service runs.
  func ready() { send("READY=1") }

  /// One line for `systemctl status`.
  func status(_ line: String) { send("STATUS=\(line.prefix { !$0.isNewline })") }

  /// The configuration is read again; ``ready()`` follows.
  func reloading() {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    send("RELOADING=1\nMONOTONIC_USEC=\(time.tv_sec * 1_000_000 + time.tv_nsec / 1_000)")
  }

  /// The service ends.
  func stopping() { send("STOPPING=1") }

  /// A sign of life; it is passed on only as often as systemd needs it.
  func heartbeat() {
    let isDue = watchdog.withLock { $0?.isDue(at: .now) ?? false }
    if isDue { send("WATCHDOG=1") }
  }

  private func send(_ state: String) {
    var target = sockaddr_un()
    target.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &target.sun_path) { unsafe $0.copyBytes(from: address) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 0) + socklen_t(address.count)
    unsafe withUnsafePointer(to: &target) { target in
      unsafe target.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
        let bytes = Array(state.utf8)
        _ = unsafe sendto(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT), target, length)
      }
    }
  }

  private static var longestAddress: Int { MemoryLayout.size(ofValue: sockaddr_un().sun_path) }
}

/// How often a sign of life is passed on: twice in the time within which systemd wants one.
struct WatchdogPace {
  let period: Duration
  private var last: ContinuousClock.Instant?

  /// - Returns: nil where systemd wants none of this process.
  init?(environment: [String: String], processID: Int32) {
    guard let limit = environment["WATCHDOG_USEC"].flatMap(Int64.init), limit > 0 else { return nil }
    if let watched = environment["WATCHDOG_PID"], watched != String(processID) { return nil }
    period = .microseconds(limit / 2)
  }

  mutating func isDue(at time: ContinuousClock.Instant) -> Bool {
    if let last, time - last < period { return false }
    last = time
    return true
  }
}
