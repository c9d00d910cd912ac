import FoundationEssentials
import NetsyncEngine
import Synchronization
import UnixSignals

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The first Ctrl-C finishes the requests in flight, the second stops now. Both are safe: every durable step is one transaction.
enum Interrupts {
  private static let terminated = Atomic(false)

  /// Whether the stop was SIGTERM's.
  static var wasTerminated: Bool { terminated.load(ordering: .relaxed) }

  /// How a stopped command exits.
  static var status: ExitStatus { wasTerminated ? .terminated : .interrupted }

  /// Runs `work`, which ends soon after `stop` is requested.
  ///
  /// - Parameter saysSo: whether to say that it takes time.
  static func watch<Value>(
    _ stop: StopSignal,
    saysSo: Bool = true,
    _ work: () async throws -> Value
  ) async throws -> Value {
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    let watcher = Task {
      var isFirst = true
      for await signal in signals {
        let status: Int32 = signal == .sigterm ? 143 : 130
        guard isFirst else { _exit(status) }
        isFirst = false
        if signal == .sigterm { terminated.store(true, ordering: .relaxed) }
        if saysSo { try? StandardStream.error.write(text(after: signal)) }
        stop.request()
      }
    }
    defer { watcher.cancel() }
    return try await work()
  }

  /// It takes the place of a progress line, where one stands.
  private static func text(after signal: UnixSignal) -> String {
    let again = signal == .sigterm ? "a second signal stops now" : "press Ctrl-C again to stop now"
    let canRepaint = StandardStream.error.canRepaint(environment: ProcessInfo.processInfo.environment)
    let start = canRepaint ? "\r\u{1B}[K" : ""
    return "\(start)Finishing what is on its way; \(again).\n"
  }
}
