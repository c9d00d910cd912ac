import FoundationEssentials
import Netsync
import NetsyncAPI
import NetsyncReplica

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Looks at what is on this host: settings, key, replica, outbox. Opens no connection.
struct LocalDoctor {
  /// Less may be too little for a pull and its log.
  private static let scarceBytes: Int64 = 64 << 20
  /// Without a daemon a replica that is older is stale by most people's measure.
  private static let oldPull = Duration.seconds(86_400)

  let global: GlobalOptions
  let environment: [String: String]
  /// Mend what can be mended without a question.
  let isToFix: Bool
  /// Nobody asks the API now: what is remembered of it is told.
  let isAlone: Bool

  func findings() async -> [Finding] {
    let configuration: Configuration
    let settings: Settings
    let baseURL: BaseURL
    do throws(UserMessage) {
      configuration = try Configuration(global, environment)
      settings = try Settings(configuration)
      baseURL = try configuration.baseURL()
      _ = try configuration.road(to: baseURL)
    } catch {
      // Nobody knows which replica is meant.
      return [.fault("settings", error)]
    }
    let strays = configuration.strayVariables.map {
      Finding.warning("settings", "\($0)", next: "unset it, or correct its name")
    }
    return [self.settings(configuration)] + strays + [await key(configuration)] + replica(settings, baseURL)
  }

  private func settings(_ configuration: Configuration) -> Finding {
    let set = Setting.allCases.filter { configuration.value($0) != nil }.count
    let files = configuration.files.map(\.path).joined(separator: ", ")
    return .ok("settings", "\(counted(set, "setting")) set; files: \(files.isEmpty ? "none" : files)")
  }

  private func key(_ configuration: Configuration) async -> Finding {
    do throws(UserMessage) {
      return .ok("key", "found in \(try await KeySource.find(configuration).source.description)")
    } catch {
      return .fault("key", error)
    }
  }

  private func replica(_ settings: Settings, _ baseURL: BaseURL) -> [Finding] {
    let path = settings.replicaPath
    guard FileManager.default.fileExists(atPath: path) else {
      return [.warning("replica", "there is none yet at \(path)", next: "netsync pull")]
    }
    var findings = [modes(path)] + leftovers(path)
    do throws(ReplicaError) {
      let checkUp = try Replica.checkUp(path, now: { .now })
      guard let fault = checkUp.faults.first else {
        let replica = try Replica.open(path, .existing, tolerance: settings.tolerance, now: { .now })
        findings +=
          [sound(replica, checkUp), disk(path)] + standing(try replica.status(), DaemonLock.holder(ofReplica: path))
        if isAlone {
          findings += try replica.serverFacts(of: baseURL.description).map {
            Finding(check: $0.topic, verdict: .ok, fact: "\($0.fact)", asOf: $0.asOf)
          }
        }
        return findings
      }
      findings.append(.fault("replica", UserMessage(.damaged(path: path, reason: fault))))
    } catch {
      findings.append(.fault("replica", UserMessage(error)))
    }
    return findings
  }

  private func sound(_ replica: Replica, _ checkUp: CheckUp) -> Finding {
    let size = replica.size
    let holds =
      "\(counted(checkUp.inventory.networks, "network")), \(counted(checkUp.inventory.interfaces, "interface"))"
    return .ok("replica", "sound: \(replica.path), \(holds), \(bytesText(size.file)), log \(bytesText(size.log))")
  }

  /// Whatever holds names is its owner's alone. The directory may be anybody's.
  private func modes(_ path: String) -> Finding {
    let others = ["", "-wal", "-shm", ".mark"].map { path + $0 }.filter { place in
      var status = stat()
      return unsafe stat(place, &status) == 0 && status.st_mode & 0o077 != 0
    }
    guard let first = others.first else { return .ok("modes", "the replica is its owner's alone") }
    if isToFix, others.allSatisfy({ unsafe chmod($0, 0o600) == 0 }) {
      return Finding(check: "modes", verdict: .fixed, fact: "others could read \(first)")
    }
    return .warning("modes", "others can read \(first)", next: "netsync doctor --fix, or chmod 600 \(first)")
  }

  /// Copies that a killed process has left.
  private func leftovers(_ path: String) -> [Finding] {
    let left = Replica.leftovers(beside: path)
    guard let first = left.first else { return [] }
    let fact: TerminalText =
      "\(counted(left.count, "unfinished copy", "unfinished copies")) beside the replica, such as \(first)"
    if isToFix, left.allSatisfy({ unsafe unlink($0) == 0 }) {
      return [Finding(check: "leftovers", verdict: .fixed, fact: fact)]
    }
    return [.warning("leftovers", fact, next: "netsync doctor --fix")]
  }

  private func disk(_ path: String) -> Finding {
    let directory = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
    var status = statvfs()
    guard unsafe statvfs(directory, &status) == 0 else {
      return .warning("disk", "nobody knows how full it is", next: "df")
    }
    let free = Int64(status.f_bavail) * Int64(status.f_frsize)
    return free < Self.scarceBytes
      ? .warning("disk", "\(bytesText(free)) free", next: "make room; a pull may need as much as the replica has")
      : .ok("disk", "\(bytesText(free)) free")
  }

  private func standing(_ status: ReplicaStatus, _ daemon: DaemonRecord?) -> [Finding] {
    let now = Timestamp.now
    var findings: [Finding] = []
    let age = status.completeAsOf.map { now.since($0) }
    let pulled: TerminalText =
      age.map { "complete as of \(DurationText.short($0)) ago" } ?? "never pulled completely"
    let isOld = age.map { $0 > Self.oldPull } ?? true
    if status.lastSweep?.outcome == .held {
      findings.append(.warning("pull", "\(pulled.string); the last one is held by a guard", next: "netsync status"))
    } else {
      findings.append(isOld ? .warning("pull", pulled, next: "netsync pull") : .ok("pull", pulled))
    }
    findings.append(.ok("daemon", daemon.map { "process \($0.pid), since \($0.startedAt)" } ?? "none runs"))
    let open = OperationState.Word.allCases.compactMap { state in status.outbox[state].map { "\($0) \(state.rawValue)" }
    }
    let stuck = [OperationState.Word.conflict, .held, .refused].contains { status.outbox[$0] ?? 0 > 0 }
    let fact: TerminalText = "\(open.isEmpty ? "empty" : open.joined(separator: ", "))"
    findings.append(
      stuck
        ? .warning(
          "outbox",
          fact,
          next: "netsync outbox list; 'netsync conflicts list' where both sides changed something"
        )
        : .ok("outbox", fact)
    )
    for loss in status.losses {
      findings.append(.warning("losses", "\(loss.words)", next: "netsync log; make again what is missing"))
    }
    if !status.setAside.isEmpty {
      findings.append(
        .warning(
          "answers",
          "\(counted(status.setAside.count, "record")) of the API cannot be understood",
          next: "netsync status; removals wait until they can be"
        )
      )
    }
    return findings
  }
}
