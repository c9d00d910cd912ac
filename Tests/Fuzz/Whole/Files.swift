import NetsyncCLI
import NetsyncFuzzTexts

/// A table in CSV. What was read, written as `export` writes it, is read as the same.
func fuzzTable(_ bytes: [UInt8]) {
  guard let rows = try? rows(of: bytes) else { return }
  let lines = rows.map { row in
    row.map { $0.map { CSVField.quoted(CSVField.guarded($0)) } ?? "" }.joined(separator: ",") + "\r\n"
  }
  // Behind a header, as always: a mark of UTF-8 at the front of a file is no text.
  guard let again = try? readAgain(lines) else { broken("what was written cannot be read: \(rows)") }
  promise(again == rows, "\(rows) is read back as \(again)")
}

private func rows(of bytes: [UInt8]) throws -> [[String?]] {
  var reader = CSVReader(bytes)
  var rows: [[String?]] = []
  while let row = try reader.next() { rows.append(row) }
  return rows
}

private func readAgain(_ lines: [String]) throws -> [[String?]] {
  let written = Array(("name\r\n" + lines.joined()).utf8)
  return try rows(of: written).dropFirst().map { $0.map { $0.map(CSVField.unguarded) } }
}

/// A file of settings in YAML. Each fault says something, and names a line that the file has.
func fuzzSettings(_ bytes: [UInt8]) {
  let text = String(decoding: bytes, as: UTF8.self)
  let lines = text.unicodeScalars.count { $0.properties.isPatternWhitespace } + 1
  for fault in ConfigurationFile("config.yaml", text: text).faults {
    promise(!fault.reason.isEmpty, "a fault without words")
    promise(fault.line.map { (0...lines).contains($0) } ?? true, "line \(fault.line ?? 0) of \(lines)")
  }
}
