import Netsync

/// Refused edits that the server refused in the same words: a thousand of them are one line, and one thing to mend.
struct Refusals: Sendable, Hashable {
  /// The server's words, without the detail, which tells the edits apart.
  let words: APIErrorDetail
  /// In the order of their numbers.
  let edits: [EditNumber]

  /// The refused ones among these operations, the most frequent words first.
  static func grouped(_ operations: [OutboxOperation]) -> [Refusals] {
    var edits: [APIErrorDetail: [EditNumber]] = [:]
    for operation in operations where operation.state == .refused {
      var words = operation.failure ?? APIErrorDetail()
      words.detail = nil
      edits[words, default: []].append(operation.edit)
    }
    return edits.map { Refusals(words: $0.key, edits: $0.value.sorted()) }
      .sorted { ($1.edits.count, $0.edits[0]) < ($0.edits.count, $1.edits[0]) }
  }

  /// `3 refused: 422 10015 Bad Request (/name): edits 4-5, 9`.
  var line: TerminalText {
    let said = [words.status.map(String.init), words.code, words.title, words.pointer.map { "(\($0))" }]
      .compactMap(\.self).joined(separator: " ")
    let noun = edits.count == 1 ? "edit" : "edits"
    return "\(String(edits.count)) refused: \(said.isEmpty ? "no reason given" : said): \(noun) \(numbers)"
  }

  /// Runs of numbers are written by their ends.
  private var numbers: String {
    var runs: [ClosedRange<Int64>] = []
    for number in edits.map(\.rawValue) {
      if let last = runs.last, last.upperBound + 1 == number {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ", ")
  }
}
