public import ArgumentParser
public import NetsyncModel
import NetsyncTestKit

/// What the worlds of a run are like.
struct WorldOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Hosts per seed; the default: 1 to 3, by the seed.", valueName: "n"))
  var replicas: Int?

  @Option(help: ArgumentHelp("Which faults may strike: all, none, or names with commas between.", valueName: "faults"))
  var faults = FaultChoice.all

  @Option(help: ArgumentHelp("How conflicts are settled on every host; the default: by the seed.", valueName: "policy"))
  var policy: ConflictPolicy?

  @Flag(help: "The canary: an edit is dropped on purpose, and must be missed.")
  var canary = false

  func validate() throws {
    if let replicas, !(1...8).contains(replicas) { throw ValidationError("--replicas must be from 1 to 8.") }
  }

  var options: SimulationOptions {
    var options = SimulationOptions()
    options.replicas = replicas
    options.faults = faults.faults
    options.policy = policy
    options.isCanary = canary
    return options
  }

  /// The same, as it was typed.
  var arguments: String {
    var arguments = ""
    if let replicas { arguments += " --replicas \(replicas)" }
    if faults.faults != FaultChoice.all.faults { arguments += " --faults \(faults)" }
    if let policy { arguments += " --policy \(policy.rawValue)" }
    if canary { arguments += " --canary" }
    return arguments
  }
}

extension ConflictPolicy: ExpressibleByArgument {}

/// Faults by their names.
struct FaultChoice: ExpressibleByArgument, CustomStringConvertible {
  static let allValueStrings = ["all", "none"] + Fault.allCases.map(\.rawValue)
  static let all = FaultChoice(faults: Set(Fault.allCases))

  let faults: Set<Fault>

  private init(faults: Set<Fault>) {
    self.faults = faults
  }

  /// nil where a name is none.
  init?(argument: String) {
    switch argument {
    case "all": self = .all
    case "none": self.init(faults: [])
    default:
      let names = argument.split(separator: ",").map(String.init)
      let faults = names.compactMap(Fault.init(rawValue:))
      guard !names.isEmpty, faults.count == names.count else { return nil }
      self.init(faults: Set(faults))
    }
  }

  var description: String {
    if faults.isEmpty { return "none" }
    if faults == Self.all.faults { return "all" }
    return Fault.allCases.filter(faults.contains).map(\.rawValue).joined(separator: ",")
  }

  var defaultValueDescription: String { description }
}
