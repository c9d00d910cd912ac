import NetsyncModel

/// A fixed course of things on one host, without chance: what a crash sweep takes apart moment by moment.
struct Scenario: Sendable {
  /// What somebody does. Networks are named as people see them at that moment.
  enum Deed: Sendable {
    // On the host.
    case create(String)
    case rename(String, to: String)
    case delete(String)
    /// Of the edit that wants this name.
    case discard(String), retry(String), adopt(String)
    /// Of the conflict in which either side, or what both began with, has this name.
    case resolve(String, ConflictSide)
    /// Of the last change of this kind that is about this name.
    case undo(JournalChange.Kind, String)
    /// A pull and a push. `deletes` are allowed by a person; `meanwhile` is done a little after its start.
    case sync(deletes: Int? = nil, meanwhile: [Deed] = [])
    case wait(Duration)
    // At the portal.
    case createThere(String)
    case renameThere(String, to: String)
    case deleteThere(String)
  }

  /// Everywhere in scenarios: few rows make several pages, and what happens meanwhile happens while an answer is awaited.
  static let pageSize = 3
  static let latency = Duration.milliseconds(20)
  /// Between two deeds: longer than a listing may lag.
  static let pause = Duration.seconds(200)

  var name: String
  /// Networks that the account has from the start, with their interfaces.
  var networks = 0
  /// Networks made at the portal before anything else.
  var names: [String] = []
  /// The server refuses a name that another network has.
  var hasUniqueNames = false
  /// Somebody else makes networks of the same name at the same time. Which of them a create is taken for depends on when it is
  /// looked for, so only the names can be compared afterwards, not how many networks have each.
  var hasStrangers = false
  var faults: [ScriptedFault] = []
  /// Each begins when all that the one before set going is over.
  var deeds: [Deed]
}

/// A fault at a place that is known beforehand.
struct ScriptedFault: Sendable {
  /// A kind of request, or a durable step.
  var doing: String
  /// How often the engine has then come to this: requests are counted one by one, of every step the moments before, within
  /// and after it.
  var number: Int
  var fault: Fault
  var detail: UInt64 = 0

  /// At the first request of a kind.
  static func at(_ kind: Call.Kind, _ fault: Fault, detail: UInt64 = 0) -> ScriptedFault {
    ScriptedFault(doing: kind.rawValue, number: 1, fault: fault, detail: detail)
  }
}
