/// What is wrong with a CSV file, and where.
package struct CSVFault: Error, Hashable {
  package enum Kind: Hashable {
    case notUTF8
    /// A quote in a field that does not begin with one.
    case strayQuote
    /// The quote that ends a field is followed by something else.
    case textAfterQuote
    /// No quote ends the field.
    case openQuote
    /// A carriage return that no line feed follows.
    case strayReturn
  }

  /// As a spreadsheet counts, from 1.
  package var row: Int
  /// From 1.
  package var column: Int
  package var kind: Kind
}

/// Reads RFC 4180, row by row: CRLF or LF, quotes where a field needs them, an unquoted empty field for null. Nothing is guessed, for
/// a quote that is left open would take the rest of the file for one name. Empty lines are passed over.
package struct CSVReader {
  private let bytes: [UInt8]
  private var position: Int
  /// The row that was read last.
  package private(set) var row = 0

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // The mark that some spreadsheets begin UTF-8 with.
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The next row; nil at the end.
  package mutating func next() throws(CSVFault) -> [String?]? {
    row += 1
    while endLine() { row += 1 }
    guard position < bytes.count else { return nil }
    var fields: [String?] = []
    while true {
      fields.append(try field(column: fields.count + 1))
      if position == bytes.count || endLine() { return fields }
      // The field has ended at a comma.
      position += 1
    }
  }

  private mutating func field(column: Int) throws(CSVFault) -> String? {
    func fault(_ kind: CSVFault.Kind) -> CSVFault { CSVFault(row: row, column: column, kind: kind) }
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
      let start = position
      while position < bytes.count, bytes[position] != UInt8(ascii: ","), !isAtLineEnd {
        if bytes[position] == UInt8(ascii: "\"") { throw fault(.strayQuote) }
        if bytes[position] == UInt8(ascii: "\r") { throw fault(.strayReturn) }
        position += 1
      }
      guard let text = String(validating: bytes[start..<position], as: UTF8.self) else { throw fault(.notUTF8) }
      return text.isEmpty ? nil : text
    }
    var content: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") {
        guard position < bytes.count, bytes[position] == byte else {
          guard position == bytes.count || bytes[position] == UInt8(ascii: ",") || isAtLineEnd else {
            throw fault(.textAfterQuote)
          }
          guard let text = String(validating: content, as: UTF8.self) else { throw fault(.notUTF8) }
          return text
        }
        position += 1
      }
      content.append(byte)
    }
    throw fault(.openQuote)
  }

  private var isAtLineEnd: Bool { lineEnd > 0 }

  /// Bytes of the line's end that begins here; 0 where none does.
  private var lineEnd: Int {
    switch bytes[position...].prefix(2) {
    case let end where end.first == UInt8(ascii: "\n"): 1
    case let end where end.elementsEqual([UInt8(ascii: "\r"), UInt8(ascii: "\n")]): 2
    default: 0
    }
  }

  private mutating func endLine() -> Bool {
    let length = lineEnd
    position += length
    return length > 0
  }
}
