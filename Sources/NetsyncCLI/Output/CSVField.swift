/// The text of one CSV field.
///
/// A spreadsheet takes a field that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula, and a
/// formula can run programs. The name of a network may begin so; an apostrophe before it makes it text again. The
/// source is <https://owasp.org/www-community/attacks/CSV_Injection>.
///
/// | text | guarded |
/// |---|---|
/// | `prod` | `prod` |
/// | `=1+1` | `'=1+1` |
/// | `'=1+1` | `''=1+1`, or it could not be told from the one above |
package enum CSVField {
  /// The text, with an apostrophe before it where a spreadsheet would take it for a formula.
  package static func guarded(_ text: String) -> String {
    isFormula(text) ? "'" + text : text
  }

  /// The text that `guarded` was given: for files that we wrote ourselves.
  package static func unguarded(_ text: String) -> String {
    text.utf8.first == apostrophe && isFormula(text) ? String(text.unicodeScalars.dropFirst()) : text
  }

  /// The text between quotes where RFC 4180, section 2, asks for them. An empty text is quoted too, since an empty
  /// field without quotes stands for null.
  package static func quoted(_ text: String) -> String {
    guard text.isEmpty || text.utf8.contains(where: special.contains) else { return text }
    // Scalar by scalar: as a Character a quote that a combining mark follows would no longer be a quote.
    var quoted = String.UnicodeScalarView("\"".unicodeScalars)
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted.append(scalar) }
      quoted.append(scalar)
    }
    quoted.append("\"")
    return String(quoted)
  }

  private static let apostrophe = UInt8(ascii: "'")
  private static let triggers = Array("=+-@\t\r".utf8)
  private static let special = Array(",\"\r\n".utf8)

  private static func isFormula(_ text: String) -> Bool {
    text.utf8.first { $0 != apostrophe }.map(triggers.contains) ?? false
  }
}
