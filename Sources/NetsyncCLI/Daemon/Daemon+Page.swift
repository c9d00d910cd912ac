import Netsync
import NetsyncEngine
import NetsyncPage
import NetsyncReplica
import ServiceLifecycle

extension Daemon {
  /// The page of the replica, with the metrics behind it.
  ///
  /// - Parameter onListening: called once it listens, with the address for a browser.
  func page(
    at address: PageAddress,
    _ service: SyncService,
    onListening: @escaping @Sendable (String) -> Void
  ) throws -> any Service {
    let gauges = ReplicaGauges(factory: registry)
    let page = try Page(
      replica: replica,
      metrics: {
        // Others edit between two pulls: the gauges are of the moment that asks.
        if let status = try? replica.status() { gauges.record(status) }
        return registry.text()
      },
      health: { teller.isWell },
      syncNow: { service.syncNow($0) }
    )
    return Listening(
      page: page.server(at: address, logger: session.logger()) { url in
        try? StandardStream.output.write("Listening on \(url)\n")
        try? StandardStream.output.flush()
        onListening(url)
      },
      address: address
    )
  }
}

/// The page, its errors in words for people.
private struct Listening: Service {
  let page: any Service
  let address: PageAddress

  func run() async throws {
    do { try await page.run() } catch { throw UserMessage.cannotListen("\(address)", error) }
  }
}
