/// RFC 4180: a header row of keys, CRLF at the end of every line, null as an empty field.
///
/// Text that a spreadsheet could take for a formula is guarded, see ``CSVField``. Numbers are left alone: `-1` is a
/// number to a spreadsheet too.
struct CSVRows: RowRenderer {
  private let slots: [Projection.Slot]
  private let onTerminal: Bool

  /// Renders the given columns. On a terminal, what must not get there raw is escaped.
  init(_ slots: [Projection.Slot], onTerminal: Bool) {
    self.slots = slots
    self.onTerminal = onTerminal
  }

  /// The header row.
  func start() -> String {
    line(slots.map { .string($0.column.key) })
  }

  /// The line of one row.
  func row(_ row: Listing.Row) -> String {
    line(slots.map { $0.cell(of: row).value })
  }

  private func line(_ values: [JSONText]) -> String {
    values.map(field).joined(separator: ",") + "\r\n"
  }

  private func field(_ value: JSONText) -> String {
    guard let text = value.cellText else { return "" }
    // Guarded last: an escape begins with a backslash, which is no formula.
    let shown = onTerminal ? TerminalText(text).string : text
    guard case .string = value else { return CSVField.quoted(shown) }
    return CSVField.quoted(CSVField.guarded(shown))
  }
}

/// Tab-separated, for cut, awk and read: no header, nothing cut, null as nothing.
///
/// Tab, newline, carriage return and backslash are written `\t`, `\n`, `\r` and `\\`, so that every row is one line
/// and every text can be read back.
struct TSVRows: RowRenderer {
  private let slots: [Projection.Slot]
  private let onTerminal: Bool

  /// Renders the given columns. On a terminal, what must not get there raw is escaped.
  init(_ slots: [Projection.Slot], onTerminal: Bool) {
    self.slots = slots
    self.onTerminal = onTerminal
  }

  /// The line of one row.
  func row(_ row: Listing.Row) -> String {
    let fields = slots.map { TSVField.text(of: $0.shownCell(of: row).value, onTerminal: onTerminal) ?? "" }
    return fields.joined(separator: "\t") + "\n"
  }
}

/// Only the id of each row, one on each line, for xargs. A row without any id adds no line.
struct IdentifierRows: RowRenderer {
  private let slots: [Projection.Slot]
  private let onTerminal: Bool

  /// Takes from each row the first of the given columns that is not null.
  init(_ slots: [Projection.Slot], onTerminal: Bool) {
    self.slots = slots
    self.onTerminal = onTerminal
  }

  /// The line of one row.
  func row(_ row: Listing.Row) -> String {
    for slot in slots {
      // Any column can be chosen with --fields, and a name may hold a newline: written as in TSV it stays one line.
      if let text = TSVField.text(of: slot.cell(of: row).value, onTerminal: onTerminal) { return text + "\n" }
    }
    return ""
  }
}

private enum TSVField {
  static func text(of value: JSONText, onTerminal: Bool) -> String? {
    guard let text = value.cellText else { return nil }
    let escaped = escaped(text)
    return onTerminal ? TerminalText(escaped).string : escaped
  }

  private static let special = Array("\t\n\r\\".utf8)

  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: special.contains) else { return text }
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\t": escaped += "\\t"
      case "\n": escaped += "\\n"
      case "\r": escaped += "\\r"
      case "\\": escaped += "\\\\"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
