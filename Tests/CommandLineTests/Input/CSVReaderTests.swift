import NetsyncReconcile
import Testing

@testable import NetsyncCLI

@Suite struct CSVReaderTests {
  private func rows(_ text: String) throws -> [[String?]] {
    var reader = CSVReader(Array(text.utf8))
    var rows: [[String?]] = []
    while let row = try reader.next() { rows.append(row) }
    return rows
  }

  @Test func `what RFC 4180 allows is read as it was meant`() throws {
    #expect(try rows("") == [])
    #expect(try rows("a,b\r\n1,2\r\n") == [["a", "b"], ["1", "2"]])
    #expect(try rows("\u{FEFF}a,b\n1,2") == [["a", "b"], ["1", "2"]])
    #expect(try rows("a\n\n\r\nb\n") == [["a"], ["b"]])
    #expect(try rows(#","","# + "\n") == [[nil, "", nil]])
    #expect(try rows("\"a,\"\"b\"\"\r\nc\",d") == [["a,\"b\"\r\nc", "d"]])
    #expect(try rows(" a , b ") == [[" a ", " b "]])
  }

  @Test(arguments: [
    ("a\nb\"c", CSVFault(row: 2, column: 1, kind: .strayQuote)),
    ("a,b\n1,\"2\"3", CSVFault(row: 2, column: 2, kind: .textAfterQuote)),
    ("a\n\n\"b\nc", CSVFault(row: 3, column: 1, kind: .openQuote)),
    ("a,b\r1", CSVFault(row: 1, column: 2, kind: .strayReturn)),
    ("\"a\"\r", CSVFault(row: 1, column: 1, kind: .textAfterQuote)),
  ])
  func `what would be guessed at is refused, with its place`(_ text: String, _ fault: CSVFault) {
    #expect(throws: fault) { try rows(text) }
  }

  @Test(arguments: [[0x61, 0x0A, 0xFF], [0x61, 0x0A, 0x22, 0xC3, 0x22]] as [[UInt8]])
  func `what is no UTF-8 is refused`(_ bytes: [UInt8]) throws {
    var reader = CSVReader(bytes)
    #expect(try reader.next() == ["a"])
    #expect(throws: CSVFault(row: 2, column: 1, kind: .notUTF8)) { try reader.next() }
  }

  @Test(arguments: [
    "plain", "a,b", "say \"so\"", "two\r\nlines", "=1+1", "'=1", "''@x", "", " ", "ünï", "e\u{301}\"\u{301}",
  ])
  func `what is written is read back`(_ text: String) throws {
    let columns = [Listing.Column("id"), Listing.Column("name")]
    var renderer = try Projection(columns, fields: nil).renderer(for: .csv, on: .file)
    let table = renderer.start() + renderer.row([.null, .init(.string(text))]) + renderer.end()
    #expect(try EditTable.read(Array(table.utf8)) == [ImportRow(2, name: text)])
  }
}

@Suite struct EditTableTests {
  private func fault(_ text: String) -> String? {
    do {
      _ = try EditTable.read(Array(text.utf8))
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func `the header says where what is, and nothing is guessed`() throws {
    let rows = try EditTable.read(Array("state,name,id,as_of\nsynced,lab,7,now\n,dmz,,\n".utf8))
    #expect(rows == [ImportRow(2, id: "7", name: "lab"), ImportRow(3, name: "dmz")])
    #expect(fault("") == "empty")
    #expect(fault("id,nmae\n") == #"unknownColumn("nmae", column: 2)"#)
    #expect(fault("name;id\n") == #"unknownColumn("name;id", column: 1)"#)
    #expect(fault("name,id,name\n") == #"columnTwice("name", column: 3)"#)
    #expect(fault("id,action\n") == "noNameColumn")
    #expect(fault("id,name\n1\n") == "fields(1, row: 2, header: 2)")
    #expect(fault("id,name\n\n1,2,3\n") == "fields(3, row: 3, header: 2)")
  }
}
