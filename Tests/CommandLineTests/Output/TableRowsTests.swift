import NetsyncModel
import Testing

@testable import NetsyncCLI

struct TableRowsTests {
  private let rows = [
    SampleListing.row(name: "lab", interfaces: 2, updatedAt: "2025-03-01T10:00:00Z"),
    SampleListing.row(name: "日本", id: nil, localID: "local-7", interfaces: 12),
  ]

  @Test func `a table has a header and columns that line up`() throws {
    let text = """
      NAME  ID       IFACES
      lab   id-1          2
      日本  local-7      12

      """
    #expect(try rendered(rows, as: .table, on: .terminal(width: 80)) == text)
  }

  @Test func `a wide table has more columns and cuts nothing`() throws {
    let text = """
      NAME  ID       IFACES  UPDATED
      lab   id-1          2  2 h ago
      日本  local-7      12  -

      """
    #expect(try rendered(rows, as: .wide, on: .terminal(width: 10)) == text)
  }

  @Test func `colour is for the header and for tones and does not move columns`() throws {
    let rows = [SampleListing.row(name: "lab", id: nil, tone: .red)]
    let destination = Destination(isTerminal: true, width: 80, style: Style(isColored: true))
    let text = """
      \u{1B}[1mNAME\u{1B}[0m  \u{1B}[1mID\u{1B}[0m  \u{1B}[1mIFACES\u{1B}[0m
      \u{1B}[31mlab\u{1B}[0m   \u{1B}[2m-\u{1B}[0m        0

      """
    #expect(try rendered(rows, as: .table, on: destination) == text)
  }

  @Test func `the name is cut first and then columns go from the right`() throws {
    let rows = [SampleListing.row(name: "production-europe-west")]
    #expect(try rendered(rows, as: .table, on: .terminal(width: 30)).hasSuffix("\nproducti…pe-west  id-1       0\n"))
    #expect(try rendered(rows, as: .table, on: .terminal(width: 16)).hasSuffix("\nprodu…west  id-1\n"))
    #expect(try rendered(rows, as: .table, on: .terminal(width: 6)).hasSuffix("\npro…st\n"))
  }

  @Test func `a table in a file is not cut`() throws {
    let name = String(repeating: "x", count: 500)
    #expect(try rendered([SampleListing.row(name: name)], as: .table).contains(name))
  }

  @Test func `no line is wider than the terminal`() throws {
    let rows = TrickyNames.all.map { SampleListing.row(name: $0, id: $0, interfaces: 1_000) }
    for width in 1...60 {
      let lines = try rendered(rows, as: .table, on: .terminal(width: width)).split(separator: "\n")
      #expect(lines.allSatisfy { TerminalText(String($0)).width <= width })
    }
  }

  @Test(arguments: [OutputFormat.table, .wide])
  func `no table shows a name raw wherever it goes`(format: OutputFormat) throws {
    let rows = TrickyNames.all.map { SampleListing.row(name: $0) }
    let lines = try rendered(rows, as: format, on: .file).split(separator: "\n")
    #expect(lines.count == rows.count + 1)
    #expect(lines.joined().unicodeScalars.allSatisfy { !$0.isInvisible })
  }

  @Test func `human text is escaped too`() throws {
    #expect(try rendered([[.init(1, text: "\u{1B}c")]], under: [.init("n")], as: .table) == "n\n\\u{1B}c\n")
  }

  @Test func `a list without rows shows nothing`() throws {
    #expect(try rendered([], as: .table) == "")
    #expect(try rendered([], as: .wide) == "")
  }

  @Test func `a long list begins to show after its first thousand rows and keeps its widths`() throws {
    var renderer = Projection([.init("name", header: "NAME", isFlexible: true), .init("n")])
      .renderer(for: .table, on: .terminal(width: 80))
    var pieces = [renderer.start()]
    for index in 1...TableRows.sampleSize {
      pieces.append(renderer.row([.init("network"), .init(JSONText(index))]))
    }
    #expect(pieces.dropLast().allSatisfy { $0.isEmpty })
    #expect(pieces.last?.split(separator: "\n").count == TableRows.sampleSize + 1)
    #expect(renderer.row([.init("a longer name"), .init(1)]) == "a l…ame  1\n")
    #expect(renderer.end() == "")
  }
}
