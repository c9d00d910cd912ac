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
  /// - Parameter text: what to say where that takes time.
  static func watch<Value>(
    _ stop: StopSignal,
    saying text: String? = "Finishing what is on its way; press Ctrl-C again to stop now.\n",
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
        if let text { try? StandardStream.error.write(text) }
        stop.request()
      }
    }
    defer { watcher.cancel() }
    return try await work()
  }
}
