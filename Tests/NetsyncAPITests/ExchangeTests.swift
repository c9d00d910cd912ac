import HTTPTypes
import NetsyncAPI
import NetsyncModel
import Testing

/// What an exchange tells besides its value: whether the page is new, how much came, and what time it is there.
struct ExchangeTests {
  private static let body = Body.listing(Body.full, meta: #"{"page_number":1}"#)

  @Test func `a page that came again byte for byte is not decoded`() async throws {
    let client = try RecordingTransport(200, Self.body).client()
    guard case .changed(let page, let fingerprint) = try await client.networks(page: 1).result.get() else {
      Issue.record("a first page that is known already")
      return
    }
    #expect(page.records.first?.name == NetworkName("Zürich 🛰"))
    #expect(fingerprint == Fingerprint(of: Array(Self.body.utf8)))
    let again = await client.networks(page: 1, unlike: fingerprint)
    #expect(try again.result.get().isUnchanged)
    #expect(again.bytes == Self.body.utf8.count)
  }

  @Test func `a page that differs in a single byte is decoded`() async throws {
    let client = try RecordingTransport(200, Self.body).client()
    let body = Array(Self.body.utf8)
    for index in body.indices {
      var other = body
      other[index] ^= 1
      let sight = try await client.networks(page: 1, unlike: Fingerprint(of: other)).result.get()
      #expect(!sight.isUnchanged, "byte \(index)")
    }
  }

  /// The published test vectors of FNV-1a, 128 bits.
  @Test(
    arguments: [
      ("", "6c62272e07bb014262b821756295c58d"),
      ("a", "d228cb696f1a8caf78912b704e4a8964"),
      ("foobar", "343e1662793c64bf6f0d3597ba446f18"),
    ]
  )
  func `a fingerprint is the same on every host`(_ text: String, _ hexadecimal: String) throws {
    let fingerprint = Fingerprint(of: Array(text.utf8))
    let digits = fingerprint.bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }
    #expect(digits.joined() == hexadecimal)
    #expect(Fingerprint(bytes: fingerprint.bytes) == fingerprint)
  }

  @Test(arguments: [0, 1, 15, 17, 32])
  func `a fingerprint has sixteen bytes`(_ count: Int) {
    #expect(Fingerprint(bytes: Array(repeating: 0, count: count)) == nil)
  }

  @Test(arguments: [200, 404, 429, 500])
  func `every answer with a date tells the server's time`(_ status: Int) async throws {
    let transport = RecordingTransport(status, Body.error, fields: [.date: "Thu, 28 May 2026 21:26:40 GMT"])
    let clock = try #require(try await Call.page.send(with: transport.client()).clock)
    #expect(clock.offset == .milliseconds(3_600_500))
    #expect(clock.uncertainty == .milliseconds(500))
  }

  @Test(
    arguments: [
      "", "now", "1780000000", "2026-05-28T20:26:40Z", "Thursday, 28-May-26 20:26:40 GMT", "Thu May 28 20:26:40 2026",
      "Thu, 28 May 2026 20:26:40", "Thu, 28 May 2026 20:26:40 UTC", "Thu, 28 May 2026 20:26:40 +0000",
      "Thu 28 May 2026 20:26:40 GMT", "Thu, 8 May 2026 20:26:40 GMT", "Thu, 28 may 2026 20:26:40 GMT",
      "Thu, 31 Apr 2026 20:26:40 GMT", "Thu, 28 May 2026 24:00:00 GMT", "Thu, 28 May 26 20:26:40 GMT",
      "Thu,  28 May 2026 20:26:40 GMT", "Thu, 28 May 2026 20:26:40.1 GMT",
    ]
  )
  func `a date of any other form tells nothing`(_ date: String) async throws {
    let transport = RecordingTransport(200, Self.body, fields: [.date: date])
    let exchange = try await Call.page.send(with: transport.client())
    #expect(exchange.failure == nil)
    #expect(exchange.clock == nil)
  }

  @Test(
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
      ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
    ] as [(String, Int64)]
  )
  func `the date of an answer is read to the second`(_ text: String, _ seconds: Int64) {
    #expect(Timestamp(httpDate: text) == Timestamp(microseconds: seconds * 1_000_000))
  }
}

extension NetworkPageSight {
  fileprivate var isUnchanged: Bool {
    switch self {
    case .unchanged: true
    case .changed: false
    }
  }
}
