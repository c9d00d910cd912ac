import NetsyncReconcile

/// A table of edits: what `import` takes, and what `export` writes.
enum EditTable {
  /// What is wrong with a table before its rows are looked at one by one.
  enum Fault: Error {
    case csv(CSVFault)
    case empty
    case unknownColumn(String, column: Int)
    case columnTwice(String, column: Int)
    case noNameColumn
    /// Another number of fields than the header has.
    case fields(Int, row: Int, header: Int)
  }

  /// Columns that `export` writes and nobody can edit.
  private static let ignored: Set = ["interfaces", "state", "updated_at", "created_at", "record_type", "as_of"]

  static let columns = ImportRow.Column.allCases.map(\.rawValue)

  /// - Throws: the first fault; after it nobody knows where a row ends.
  static func read(_ bytes: [UInt8]) throws(Fault) -> [ImportRow] {
    var reader = CSVReader(bytes)
    func next() throws(Fault) -> [String?]? {
      do throws(CSVFault) { return try reader.next() } catch { throw .csv(error) }
    }
    guard let header = try next() else { throw .empty }
    let places = try places(header.map { $0 ?? "" })
    var rows: [ImportRow] = []
    while let fields = try next() {
      guard fields.count == header.count else { throw .fields(fields.count, row: reader.row, header: header.count) }
      func field(_ column: ImportRow.Column) -> String? {
        places[column].flatMap { fields[$0] }.map(CSVField.unguarded)
      }
      rows.append(
        ImportRow(
          reader.row,
          id: field(.id),
          localID: field(.localID),
          name: field(.name),
          action: field(.action)
        )
      )
    }
    return rows
  }

  private static func places(_ header: [String]) throws(Fault) -> [ImportRow.Column: Int] {
    var places: [ImportRow.Column: Int] = [:]
    var seen: Set<String> = []
    for (index, text) in header.enumerated() {
      guard seen.insert(text).inserted else { throw .columnTwice(text, column: index + 1) }
      if let column = ImportRow.Column(rawValue: text) {
        places[column] = index
      } else if !ignored.contains(text) {
        throw .unknownColumn(text, column: index + 1)
      }
    }
    guard places[.name] != nil else { throw .noNameColumn }
    return places
  }
}
