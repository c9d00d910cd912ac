import Logging
import Netsync
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

extension Daemon {
  /// SIGTERM or SIGINT: a graceful end; the second one: now. SIGHUP: the configuration is read again.
  func obey(_ signals: UnixSignalsSequence, _ group: ServiceGroup, _ service: SyncService) async {
    var isEnding = false
    for await signal in signals {
      switch signal {
      case .sighup: await reload(service)
      case _ where isEnding: _exit(signal == .sigterm ? 143 : 130)
      default:
        isEnding = true
        logger.info("ending: what is on its way may be answered; another signal ends it now")
        notifier?.stopping()
        await group.triggerGracefulShutdown()
      }
    }
  }

  /// Looks for the key again, and goes on with it. Where there is none that can be used, the old one stays.
  private func reload(_ service: SyncService) async {
    notifier?.reloading()
    do {
      service.replaceEngine(try await engine())
      logger.notice("the key was read again")
    } catch {
      logger.error("the key stays as it was", metadata: ["error": "\(error.message.string): \(error.why.string)"])
      notifier?.status("reload failed, the old key stays: \(error.message.string)")
    }
    notifier?.ready()
  }
}
