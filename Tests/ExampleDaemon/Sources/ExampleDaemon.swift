// A daemon of your own around a replica, to copy from: it keeps the replica in sync, does something about every change of a
// network, here a line in its log, and tells how things stand. SIGTERM and Ctrl-C end it with 0.
//
//   EXAMPLE_REPLICA=/tmp/example/replica.sqlite TELNYX_API_KEY=... swift run --package-path Tests/ExampleDaemon
//
// EXAMPLE_INTERVAL: seconds between two pulls (300). TELNYX_BASE_URL: of a sandbox. Tests/ExampleDaemon/run tries it all.

import FoundationEssentials
import Logging
import Netsync
import ServiceLifecycle

@main struct ExampleDaemon {
  static func main() async throws {
    let environment = ProcessInfo.processInfo.environment
    guard let path = environment["EXAMPLE_REPLICA"], let interval = Int(environment["EXAMPLE_INTERVAL"] ?? "300"),
      interval > 0
    else { throw SettingsRefused() }
    let logger = Logger(label: "example-daemon")
    let replica = try NetworkReplica(
      path: path,
      apiKey: environment["TELNYX_API_KEY"],
      baseURL: environment["TELNYX_BASE_URL"] ?? "https://api.telnyx.com/v2",
      logger: logger
    )
    let group = ServiceGroup(
      services: [
        ChangeFollower(replica: replica, cursorFile: "\(path).example-cursor", logger: logger),
        StatusTeller(replica: replica, logger: logger),
        try SyncService(replica, interval: .seconds(interval)),
      ],
      gracefulShutdownSignals: [.sigterm, .sigint],
      logger: logger
    )
    do { try await group.run() } catch {
      await replica.close()
      throw error
    }
    await replica.close()
  }
}

/// A variable of the environment is missing, or holds what it cannot.
struct SettingsRefused: Error {}

/// Applies every change, in order, also those that were made while it did not run.
struct ChangeFollower: Service {
  let replica: NetworkReplica
  let cursorFile: String
  let logger: Logger

  func run() async throws {
    try await cancelWhenGracefulShutdown {
      var cursor = try savedCursor() ?? readAnew()
      while true {
        do {
          for try await change in replica.changes(since: cursor) {
            apply(change)
            // Whoever dies in between applies it again: what goes into a database shares one transaction with the cursor.
            try save(change.number)
          }
          return
        } catch NetsyncError.changesForgotten, NetsyncError.changeUnknown {
          cursor = try readAnew()
        }
      }
    }
  }

  /// A name is any text: quoted, it stays on its line.
  private func apply(_ change: JournalChange) {
    let (before, after) = (change.before?.text.debugDescription ?? "-", change.after?.text.debugDescription ?? "-")
    logger.info("change \(change.number) \(change.side.rawValue) \(change.kind.rawValue) \(before) -> \(after)")
  }

  /// For a first start, and where the journal no longer reaches back to the cursor: all there is now, and the changes after that.
  private func readAnew() throws -> ChangeNumber {
    // Taken first: what is committed before the list is read comes once more as a change, and nothing is missed.
    let latest = try replica.latestChange()
    let networks = try replica.networks.list()
    logger.info("read anew: \(networks.count) networks; next come the changes after \(latest)")
    try save(latest)
    return latest
  }

  private func savedCursor() throws -> ChangeNumber? {
    guard FileManager.default.fileExists(atPath: cursorFile) else { return nil }
    // A file that holds no number is as good as none: everything is read anew.
    return ChangeNumber(try String(contentsOfFile: cursorFile, encoding: .utf8))
  }

  private func save(_ cursor: ChangeNumber) throws {
    try cursor.description.write(toFile: cursorFile, atomically: true, encoding: .utf8)
  }
}

/// Tells how the replica stands, whenever that changes.
struct StatusTeller: Service {
  let replica: NetworkReplica
  let logger: Logger

  func run() async throws {
    try await cancelWhenGracefulShutdown {
      for try await status in replica.statusUpdates() {
        let word = status.isInSync ? "in sync" : "not in sync"
        logger.info("status: \(word), \(status.networks) networks, \(status.outbox.total) open edits")
      }
    }
  }
}
