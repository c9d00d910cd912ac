import NetsyncModel
import Testing

@testable import NetsyncCLI

struct DelimitedRowsTests {
  @Test func `CSV has a header and exact values and tells nothing from an empty text`() throws {
    let rows = [
      SampleListing.row(name: "lab, eu", interfaces: 2, updatedAt: "2025-03-01T10:00:00Z"),
      SampleListing.row(name: "", id: nil, localID: "local-7"),
    ]
    let text =
      "name,id,local_id,interfaces,updated_at\r\n"
      + "\"lab, eu\",id-1,,2,2025-03-01T10:00:00Z\r\n"
      + "\"\",,local-7,0,\r\n"
    #expect(try rendered(rows, as: .csv) == text)
  }

  @Test(arguments: ["=", "+", "-", "@", "\t", "\r"])
  func `a network named like a formula stays text in a spreadsheet`(trigger: String) throws {
    let text = try rendered([SampleListing.row(name: trigger + "1")], fields: "name", as: .csv)
    #expect(text.unicodeScalars.elementsEqual("name\r\n\(CSVField.quoted("'" + trigger + "1"))\r\n".unicodeScalars))
  }

  @Test func `a negative number stays a number in CSV`() throws {
    let columns: [Listing.Column] = [.init("n"), .init("x"), .init("s")]
    let rows: [Listing.Row] = [[.init(-1), .init(-0.5), .init("-1")]]
    #expect(try rendered(rows, under: columns, as: .csv) == "n,x,s\r\n-1,-0.5,'-1\r\n")
  }

  @Test func `a header that a query made up is no formula either`() throws {
    #expect(try rendered([], under: [.init("=1+1")], as: .csv) == "'=1+1\r\n")
  }

  @Test func `TSV has the columns of scripts and exact dates and no header`() throws {
    let rows = [
      SampleListing.row(name: "lab", interfaces: 2, updatedAt: "2025-03-01T10:00:00Z"),
      SampleListing.row(name: "new", id: nil, localID: "local-7"),
    ]
    #expect(try rendered(rows, as: .tsv) == "lab\tid-1\t2\t2025-03-01T10:00:00Z\nnew\tlocal-7\t0\t\n")
  }

  @Test func `a chosen id is the id and nothing stands in for it`() throws {
    let rows = [SampleListing.row(name: "new", id: nil, localID: "local-7")]
    #expect(try rendered(rows, fields: "id,name", as: .tsv) == "\tnew\n")
  }

  @Test(
    arguments: [
      ("a\tb", #"a\tb"#), ("a\nb", #"a\nb"#), ("a\rb", #"a\rb"#), ("a\r\nb", #"a\r\nb"#), (#"a\b"#, #"a\\b"#),
      (#"\n"#, #"\\n"#), ("\u{1B}\u{202E}", "\u{1B}\u{202E}"),
    ]
  )
  func `a name is one field of one line and can be read back`(name: String, field: String) throws {
    let rows = [SampleListing.row(name: name)]
    #expect(try rendered(rows, fields: "name", as: .tsv) == field + "\n")
    #expect(try rendered(rows, fields: "name", as: .id) == field + "\n")
  }

  @Test func `other values are compact JSON in a cell`() throws {
    let columns: [Listing.Column] = [.init("a"), .init("b"), .init("c")]
    let rows: [Listing.Row] = [[.init(true), .init(1.5), .init(["code": "10015"])]]
    #expect(try rendered(rows, under: columns, as: .tsv) == "true\t1.5\t{\"code\":\"10015\"}\n")
    #expect(try rendered(rows, under: columns, as: .csv) == "a,b,c\r\ntrue,1.5,\"{\"\"code\"\":\"\"10015\"\"}\"\r\n")
  }

  @Test func `an id on each line and none for a row that has none`() throws {
    let rows = [
      SampleListing.row(name: "a"), SampleListing.row(name: "b", id: nil, localID: "local-7"),
      SampleListing.row(name: "c", id: nil),
    ]
    #expect(try rendered(rows, as: .id) == "id-1\nlocal-7\n")
  }

  @Test(arguments: [OutputFormat.csv, .tsv, .id])
  func `no format shows a name raw on a terminal`(format: OutputFormat) throws {
    let rows = TrickyNames.all.map { SampleListing.row(name: $0) }
    let text = try rendered(rows, fields: "name", as: format, on: .terminal(width: 20))
    let allowed: Set<Unicode.Scalar> = ["\n", "\r", "\t"]
    #expect(!text.unicodeScalars.contains { $0.isInvisible && !allowed.contains($0) })
    let expected = TrickyNames.all.count + (format == .csv ? 1 : 0)
    #expect(text.unicodeScalars.count { $0 == "\n" } == expected)
  }
}
