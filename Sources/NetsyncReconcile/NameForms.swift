import Foundation
package import NetsyncModel

/// The names that a server may have made of one that it was asked for. The API does not say whether it changes names (R6).
///
/// | asked for      | listed        | may be it                        |
/// |----------------|---------------|----------------------------------|
/// | `"  spaced  "` | `spaced`      | trimmed                          |
/// | `a  b`         | `a b`         | white space folded               |
/// | `Lab`          | `lab`         | case folded                      |
/// | `café` in NFD  | `café` in NFC | another normal form              |
/// | `a long name`  | `a long`      | cut                              |
/// | `lab`          | –             | a network that says no name      |
/// | `lab`          | `lab-2`       | no: what is longer is another's  |
package struct NameForms: Hashable, Sendable {
  package let asked: NetworkName
  private let folded: [UInt8]

  package init(of asked: NetworkName) {
    self.asked = asked
    folded = fold(asked.text)
  }

  /// Whether it can be what a server made of the name.
  package func include(_ name: NetworkName?) -> Bool {
    guard let name, name != asked else { return true }
    return folded.starts(with: fold(name.text))
  }

  /// Whether nothing but white space, case and normal form tells them apart.
  package func includeWhole(_ name: NetworkName?) -> Bool {
    name.map { $0 == asked || fold($0.text) == folded } ?? false
  }
}

/// A name without what a server may change of it, as UTF-8.
private func fold(_ text: String) -> [UInt8] {
  let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
  // What is cut in the middle of a character ends in a replacement for it.
  let normal = isASCII ? text : text.decomposedStringWithCompatibilityMapping.replacing("\u{FFFD}", with: "")
  let words = normal.uppercased().lowercased().unicodeScalars
    .split { $0.properties.isWhitespace || $0.properties.generalCategory == .control }
    .map { String(String.UnicodeScalarView($0.filter { !$0.properties.isDefaultIgnorableCodePoint })) }
  return Array(words.joined(separator: " ").utf8)
}
