import Testing

@testable import NetsyncCLI

struct OutputFormatTests {
  @Test func `the names of the formats are those of the contract`() {
    #expect(OutputFormat.allCases.map(\.rawValue) == ["table", "wide", "json", "jsonl", "csv", "tsv", "id"])
  }

  @Test func `a terminal gets a table and a pipe gets TSV`() {
    #expect(OutputFormat.standard(isTerminal: true) == .table)
    #expect(OutputFormat.standard(isTerminal: false) == .tsv)
  }

  @Test func `errors are JSON where the answer is JSON`() {
    #expect(OutputFormat.allCases.filter(\.isJSON) == [.json, .jsonl])
  }
}
