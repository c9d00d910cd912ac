/// A text that is searched for in others, the case of letters ignored: of every script, where SQLite's own folding knows ASCII only.
package struct WantedText: Hashable, Sendable {
  /// nil is in every text, and where there is none.
  package let folded: String?
  private let bytes: [UInt8]

  package init(_ text: String?) {
    folded = text?.lowercased()
    bytes = Array((folded ?? "").utf8)
  }

  package func isHeld(by text: String?) -> Bool {
    guard let folded else { return true }
    guard let text else { return false }
    // Of most texts a byte is a letter.
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return text.lowercased().contains(folded) }
    return isHeld(byASCII: Array(text.utf8))
  }

  private func isHeld(byASCII text: [UInt8]) -> Bool {
    guard bytes.count <= text.count else { return false }
    return (0...(text.count - bytes.count)).contains { start in
      bytes.indices.allSatisfy { text[start + $0].foldedASCII == bytes[$0] }
    }
  }

  /// Whether it stands in a text where a word begins.
  fileprivate func beginsWord(of text: String) -> Bool {
    let text = Array(text.lowercased().utf8)
    guard bytes.count <= text.count else { return false }
    return (0...(text.count - bytes.count)).contains { start in
      (start == 0 || !text[start - 1].isInWord) && text[start...].starts(with: bytes)
    }
  }
}

extension UInt8 {
  fileprivate var foldedASCII: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }

  /// A letter or a digit of ASCII in small letters, or of any other script.
  fileprivate var isInWord: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...: true
    default: false
    }
  }
}

/// How well a search fits a network, the best first.
package enum SearchMatch: Int, Comparable, CaseIterable, Sendable {
  /// The whole name, or the whole of an id.
  case whole
  /// The name begins with it.
  case beginning
  /// Words of the name begin with it.
  case word
  /// It is somewhere in the name.
  case inside
  /// It is in an id.
  case id
  /// It is in the name or the id of an interface.
  case interface

  package static func < (one: SearchMatch, other: SearchMatch) -> Bool { one.rawValue < other.rawValue }
}

/// Decides whether a search fits a network, or an interface, by its name and its ids. Each text has to be in one of them.
///
/// | searched for | name            | id        | match     |
/// |--------------|-----------------|-----------|-----------|
/// | `lab`        | `Lab`           | `5f3a…`   | whole     |
/// | `lab`        | `lab-eu`        | `5f3a…`   | beginning |
/// | `eu` `lab`   | `lab-eu`        | `5f3a…`   | word      |
/// | `lab`        | `collaboration` | `5f3a…`   | inside    |
/// | `5f3a`       | `lab-eu`        | `5f3a…`   | id        |
/// | `lab` `5f3a` | `lab-eu`        | `5f3a…`   | id        |
/// | `lab` `us`   | `lab-eu`        | `5f3a…`   | –         |
package func match(_ texts: [WantedText], name: String?, ids: [String]) -> SearchMatch? {
  let isInName = texts.map { $0.isHeld(by: name) }
  let isHeld = zip(texts, isInName).allSatisfy { text, isInName in
    isInName || ids.contains { text.isHeld(by: $0) }
  }
  guard isHeld else { return nil }
  let whole = texts.map { $0.folded ?? "" }.joined(separator: " ")
  if ids.contains(where: { $0.lowercased() == whole }) { return .whole }
  guard let name, !isInName.contains(false) else { return .id }
  if name.lowercased() == whole { return .whole }
  if name.lowercased().hasPrefix(texts.first?.folded ?? "") { return .beginning }
  return texts.allSatisfy { $0.beginsWord(of: name) } ? .word : .inside
}
