import Testing

@testable import NetsyncCLI

struct ProjectionTests {
  @Test(
    arguments: [
      (.table, ["name", "id", "interfaces"]), (.wide, ["name", "id", "interfaces", "updated_at"]),
      (.json, ["name", "id", "local_id", "interfaces", "updated_at"]),
      (.jsonl, ["name", "id", "local_id", "interfaces", "updated_at"]),
      (.csv, ["name", "id", "local_id", "interfaces", "updated_at"]),
      (.tsv, ["name", "id", "interfaces", "updated_at"]), (.id, ["id", "local_id"]),
    ] as [(OutputFormat, [String])]
  )
  func `each format has its columns`(format: OutputFormat, keys: [String]) {
    let projection = Projection(SampleListing.columns)
    #expect(projection.slots(for: format).map(\.column.key) == keys)
  }

  @Test(arguments: OutputFormat.allCases)
  func `chosen fields are those of every format and in the order asked for`(format: OutputFormat) throws {
    let projection = try Projection(SampleListing.columns, fields: "updated_at,local_id,updated_at")
    #expect(projection.slots(for: format).map(\.column.key) == ["updated_at", "local_id"])
  }

  @Test(arguments: ["nmae", "", "id,", "id,NAME", " id"])
  func `an unknown field is refused with those that are known`(fields: String) {
    let error = #expect(throws: UnknownField.self) { try Projection(SampleListing.columns, fields: fields) }
    #expect(error?.known == ["name", "id", "local_id", "interfaces", "updated_at"])
  }

  @Test func `the first unknown field is the one that is named`() {
    let error = #expect(throws: UnknownField.self) { try Projection(SampleListing.columns, fields: "id,nmae,idd") }
    #expect(error?.field == "nmae")
  }

  @Test func `the first column stands for an id where a list has none`() {
    let projection = Projection([.init("region"), .init("count")])
    #expect(projection.slots(for: .id).map(\.column.key) == ["region"])
  }
}
