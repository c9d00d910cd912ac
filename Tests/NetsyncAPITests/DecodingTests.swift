import HTTPTypes
import NetsyncAPI
import NetsyncModel
import Testing

/// Every field of an answer may be missing, and what is not known is kept (R15).
struct DecodingTests {
  @Test func `a network with every field is read`() async throws {
    #expect(
      try await network(Body.full)
        == NetworkDocument(
          id: .sample(),
          name: NetworkName("Zürich 🛰"),
          createdAt: ServerStamp("2026-01-02T03:04:05.678901Z"),
          updatedAt: ServerStamp("2026-01-03T00:00:00Z"),
          recordType: "network"
        )
    )
  }

  @Test(
    arguments: [
      Body.bare,
      #"{"id":"00000000-0000-4000-8000-000000000001","name":null}"#,
      """
      {"id":"00000000-0000-4000-8000-000000000001","name":null,"created_at":null,"updated_at":null,\
      "record_type":null}
      """,
    ]
  )
  func `a network may have nothing but its id`(_ record: String) async throws {
    #expect(try await network(record) == NetworkDocument(id: .sample(), name: nil))
  }

  @Test(
    arguments: [
      (#""zone":"a""#, #"{"zone":"a"}"#),
      (#""zone":null"#, #"{"zone":null}"#),
      (#""b":1,"a":true"#, #"{"a":true,"b":1}"#),
      (#""n":-5,"m":1.5"#, #"{"m":1.5,"n":-5}"#),
      (#""path":"a/b""#, #"{"path":"a/b"}"#),
      (#""tags":[],"more":{}"#, #"{"more":{},"tags":[]}"#),
      (#""tags" : [ "x" , 2, null,false, {"z":1,"y":[[]]} ]"#, #"{"tags":["x",2,null,false,{"y":[[]],"z":1}]}"#),
      (#""max":9223372036854775807"#, #"{"max":9223372036854775807}"#),
      (#""Name":"not the name""#, #"{"Name":"not the name"}"#),
    ]
  )
  func `unknown fields are kept, in one form whatever their order`(_ fields: String, _ kept: String) async throws {
    let record = #"{\#(fields),"id":"00000000-0000-4000-8000-000000000001"}"#
    #expect(try await network(record) == NetworkDocument(id: .sample(), name: nil, unknownFields: kept))
  }

  @Test(arguments: ["1e999", "-1e999", "1e-999", "123456789012345678901234567890"])
  func `a number that fits nowhere does not hide the network it belongs to`(_ number: String) async throws {
    let record = #"{"id":"00000000-0000-4000-8000-000000000001","name":"lab","future":\#(number)}"#
    let network = try await network(record)
    #expect(network.name == NetworkName("lab"))
    #expect(network.unknownFields != nil)
  }

  @Test(arguments: ["caf\u{E9}", "cafe\u{301}", "", " ", "\u{202E}rtl", "🛰"])
  func `a name is read byte for byte`(_ name: String) async throws {
    let record = #"{"id":"00000000-0000-4000-8000-000000000001","name":"\#(name)"}"#
    #expect(try await network(record).name == NetworkName(name))
  }

  @Test(
    arguments: [
      (#"{"data":[]}"#, PageMeta()),
      (#"{"data":[],"meta":null}"#, PageMeta()),
      (#"{"data":[],"meta":{}}"#, PageMeta()),
      (#"{"data":[],"meta":{"page_number":null,"total_pages":null,"total_results":null}}"#, PageMeta()),
      (#"{"data":[],"meta":{"page_number":1,"cursor":"x"}}"#, PageMeta(pageNumber: 1)),
      (#"{"meta":{"total_pages":2,"total_results":300},"data":[]}"#, PageMeta(totalPages: 2, totalResults: 300)),
      (
        #"{"data":[],"meta":{"page_number":1,"page_size":250,"total_pages":0,"total_results":0}}"#,
        PageMeta(pageNumber: 1, totalPages: 0, totalResults: 0)
      ),
    ] as [(String, PageMeta)]
  )
  func `a page may say as little of itself as it likes`(_ body: String, _ meta: PageMeta) async throws {
    let page = try await page(body)
    #expect(page.records.isEmpty)
    #expect(page.meta == meta)
  }

  @Test func `the networks of a page keep their order`() async throws {
    let records = (0...9).reversed().map { #"{"id":"00000000-0000-4000-8000-00000000000\#($0)"}"# }
    let page = try await page(Body.listing(records.joined(separator: ",")))
    #expect(try page.records.map(\.id) == (0...9).reversed().map { try NetworkID.sample($0) })
  }

  @Test func `an interface with every field is read`() async throws {
    #expect(
      try await interfaces(Body.interface) == [
        NetworkInterfaceDocument(
          id: "00000000-0000-4000-8000-000000000009",
          name: "wg-1",
          type: "wireguard_interface",
          status: "provisioned",
          regionCode: "ashburn-va",
          regionName: "Ashburn",
          createdAt: "2026-01-02T03:04:05Z",
          updatedAt: "2026-01-03T00:00:00Z",
          recordType: "network_interface"
        )
      ]
    )
  }

  @Test(
    arguments: [
      (#""name":null"#, NetworkInterfaceDocument(id: "i")),
      (#""region":null,"status":null,"type":null"#, NetworkInterfaceDocument(id: "i")),
      (#""region":{}"#, NetworkInterfaceDocument(id: "i")),
      (#""region":{"code":"x"}"#, NetworkInterfaceDocument(id: "i", regionCode: "x")),
      (#""region_code":"y","region":{"code":"x"}"#, NetworkInterfaceDocument(id: "i", regionCode: "y")),
      (#""status":"hibernating""#, NetworkInterfaceDocument(id: "i", status: "hibernating")),
      (#""type":"quantum_link""#, NetworkInterfaceDocument(id: "i", type: "quantum_link")),
      (#""mtu":1420"#, NetworkInterfaceDocument(id: "i", unknownFields: #"{"mtu":1420}"#)),
    ] as [(String, NetworkInterfaceDocument)]
  )
  func `an interface may miss any field, and be of any kind`(
    _ fields: String,
    _ expected: NetworkInterfaceDocument
  ) async throws {
    #expect(try await interfaces(#"{"id":"i",\#(fields)}"#) == [expected])
  }

  private func network(_ record: String) async throws -> NetworkDocument {
    let client = try RecordingTransport(200, Body.record(record)).client()
    return try await client.network(.sample()).result.get()
  }

  private func page(_ body: String) async throws -> ListPage<NetworkDocument> {
    let client = try RecordingTransport(200, body).client()
    return try await client.networks(named: NetworkName("lab"), page: 1).result.get()
  }

  private func interfaces(_ records: String) async throws -> [NetworkInterfaceDocument] {
    let client = try RecordingTransport(200, Body.listing(records)).client()
    return try await client.interfaces(of: .sample(), page: 1).result.get().records
  }
}
