/// The forms that an answer can have on stdout: the values of `-o`.
enum OutputFormat: String, Sendable, CaseIterable {
  /// For people: the main columns, fitted to the width of the terminal.
  case table
  /// For people: more columns, and nothing cut.
  case wide
  /// One JSON array, RFC 8259.
  case json
  /// One JSON object on each line.
  case jsonl
  /// RFC 4180, with a header row.
  case csv
  /// Tab-separated, without a header row.
  case tsv
  /// Only the ids, one on each line.
  case id

  /// What is used where `-o` was not given: a table on a terminal, TSV in a pipe.
  static func standard(isTerminal: Bool) -> OutputFormat {
    isTerminal ? .table : .tsv
  }

  /// Whether a program reads the answer as JSON, and so expects errors as JSON too.
  var isJSON: Bool {
    switch self {
    case .json, .jsonl: true
    case .table, .wide, .csv, .tsv, .id: false
    }
  }
}
