import ArgumentParser
import NetsyncEngine
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// The flags of every command that pulls or pushes.
struct CycleFlags: ParsableArguments {
  @Flag(name: [.customShort("n"), .long], help: "Only say what would be done.")
  var dryRun = false
  @Option(help: ArgumentHelp("Up to N deletions, here or at the API.", valueName: "n"))
  var maxDeletes: Int?
  @Option(help: ArgumentHelp("Time for everything.", valueName: "d"))
  var timeout = DurationArgument(.seconds(300))
  @Option(help: ArgumentHelp("How long to wait for another netsync that syncs.", valueName: "d"))
  var wait = DurationArgument(.seconds(30))

  func validate() throws {
    if let maxDeletes, maxDeletes < 0 { throw ValidationError("--max-deletes takes a whole number from 0 on") }
  }
}

/// The flags of every command that pulls.
struct PullFlags: ParsableArguments {
  @Option(help: ArgumentHelp("Whose are read: all, due (as a daemon does) or none.", valueName: "which"))
  var interfaces: InterfaceChoice?
  @Flag(help: "The same as --interfaces none.")
  var networksOnly = false
  @Flag(help: "This is another account, and that is right.")
  var acceptAccount = false
  @Option(help: ArgumentHelp("auto, always or never.", valueName: "when"))
  var progress = ProgressChoice.auto

  func validate() throws {
    if networksOnly, let interfaces, interfaces != .none {
      throw ValidationError("--networks-only and --interfaces \(interfaces.rawValue) contradict each other")
    }
  }

  func options(_ cycle: CycleFlags, _ settings: Settings) -> PullOptions {
    var options = PullOptions()
    options.interfaces = networksOnly ? .none : interfaces?.scope ?? .all
    options.maximumDeletes = cycle.maxDeletes ?? settings.maximumDeletes
    options.acceptsAccount = acceptAccount
    options.timeout = cycle.timeout.duration
    options.wait = cycle.wait.duration
    return options
  }
}

/// Which lists of interfaces a pull reads.
enum InterfaceChoice: String, CaseIterable, ExpressibleByArgument {
  case all, due, none

  var scope: InterfaceScope {
    switch self {
    case .all: .all
    // Who asks for them here and now waits for all of them.
    case .due: .due(atMost: .max)
    case .none: .none
    }
  }
}

/// The flags of every command that pushes.
struct PushFlags: ParsableArguments {
  @Flag(name: [.customShort("y"), .long], help: "Do not ask before deleting.")
  var yes = false
  @Option(help: ArgumentHelp("Push only this network's edits.", valueName: "net"), completion: .networks)
  var only: String?

  func options(_ cycle: CycleFlags, _ session: Session, _ replica: Replica) throws(UserMessage) -> PushOptions {
    var options = PushOptions()
    if let only { options.only = try session.find(only, in: replica).key }
    options.maximumDeletes = cycle.maxDeletes ?? session.settings.maximumDeletes
    options.timeout = cycle.timeout.duration
    options.wait = cycle.wait.duration
    return options
  }
}
