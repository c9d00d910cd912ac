import FoundationEssentials
import Testing

@testable import NetsyncCLI

struct JSONRowsTests {
  @Test func `a list is one array with every key in every object`() throws {
    let rows = [
      SampleListing.row(name: "lab", interfaces: 2, updatedAt: "2025-03-01T10:00:00Z"),
      [.init("short row")],
    ]
    let text = """
      [
        {"name":"lab","id":"id-1","local_id":null,"interfaces":2,"updated_at":"2025-03-01T10:00:00Z"},
        {"name":"short row","id":null,"local_id":null,"interfaces":null,"updated_at":null}
      ]

      """
    #expect(try rendered(rows, as: .json) == text)
  }

  @Test func `a list without rows is an empty array`() throws {
    #expect(try rendered([], as: .json) == "[]\n")
    #expect(try rendered([], as: .jsonl) == "")
  }

  @Test func `an object on each line and nothing else`() throws {
    let rows = [SampleListing.row(name: "a"), SampleListing.row(name: "line\nbreak")]
    let text = """
      {"name":"a","id":"id-1"}
      {"name":"line\\nbreak","id":"id-1"}

      """
    #expect(try rendered(rows, fields: "name,id", as: .jsonl) == text)
  }

  @Test func `names are exact in a file and exact on a terminal`() throws {
    let rows = TrickyNames.all.map { SampleListing.row(name: $0) }
    for destination in [Destination.file, .terminal(width: 20)] {
      let json = try rendered(rows, fields: "name", as: .json, on: destination)
      let names = try JSONDecoder().decode([[String: String]].self, from: Data(json.utf8)).compactMap { $0["name"] }
      #expect(names.map { Array($0.utf8) } == TrickyNames.all.map { Array($0.utf8) })
    }
  }

  @Test func `each row is a piece of its own`() {
    var renderer = Projection([.init("name")]).renderer(for: .json, on: .file)
    let pieces = [renderer.start()] + ["a", "b"].map { renderer.row(SampleListing.row(name: $0)) } + [renderer.end()]
    #expect(pieces == ["[", "\n  {\"name\":\"a\"}", ",\n  {\"name\":\"b\"}", "\n]\n"])
  }
}
