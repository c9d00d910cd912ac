import Netsync

/// What the doctor found in one place.
struct Finding: Sendable, Hashable {
  enum Verdict: String, Sendable {
    case ok
    /// It works, and somebody should know.
    case warning
    /// Something does not work.
    case fault
    /// Was a fault, and was mended.
    case fixed
  }

  /// What was looked at, in one word.
  var check: String
  var verdict: Verdict
  var fact: TerminalText
  /// What to type; nil where all is well.
  var next: TerminalText?
  /// When it was found; nil for just now.
  var asOf: Timestamp?

  static func ok(_ check: String, _ fact: TerminalText) -> Finding { Finding(check: check, verdict: .ok, fact: fact) }

  static func warning(_ check: String, _ fact: TerminalText, next: TerminalText) -> Finding {
    Finding(check: check, verdict: .warning, fact: fact, next: next)
  }

  static func fault(_ check: String, _ fact: TerminalText, next: TerminalText) -> Finding {
    Finding(check: check, verdict: .fault, fact: fact, next: next)
  }

  /// What keeps a command from its work, as that command says it.
  static func fault(_ check: String, _ message: UserMessage) -> Finding {
    fault(
      check,
      "\(message.message.string): \(message.why.string)",
      next: "\(message.next.map(\.string).joined(separator: "; "))"
    )
  }
}

extension Finding {
  var lines: [TerminalText] {
    let age = asOf.map { " (found \(DurationText.short(Timestamp.now.since($0))) ago)" } ?? ""
    let head: TerminalText = "\(verdict.rawValue.padded(to: 8)) \(check.padded(to: 11)) \(fact.string)\(age)"
    return [head] + (next.map { ["                     next: \($0.string)"] } ?? [])
  }

  var json: JSONText {
    [
      "check": .string(check), "verdict": .string(verdict.rawValue), "fact": .string(fact.string),
      "next": JSONText(next?.string), "as_of": JSONText(asOf?.rfc3339),
    ]
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
