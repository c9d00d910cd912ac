import HTTPTypes
import NetsyncSandbox
import Testing

/// How instants are written.
struct StampTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
      (784_111_777_000_001, "1994-11-06T08:49:37.000001Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
      (951_782_399_999_999, "2000-02-28T23:59:59.999999Z", "Mon, 28 Feb 2000 23:59:59 GMT"),
      (951_782_400_000_000, "2000-02-29T00:00:00.000000Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
      (1_709_251_199_120_000, "2024-02-29T23:59:59.120000Z", "Thu, 29 Feb 2024 23:59:59 GMT"),
      (1_709_251_200_000_000, "2024-03-01T00:00:00.000000Z", "Fri, 01 Mar 2024 00:00:00 GMT"),
      (1_735_689_599_000_000, "2024-12-31T23:59:59.000000Z", "Tue, 31 Dec 2024 23:59:59 GMT"),
      (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z", "Mon, 01 Mar 2100 00:00:00 GMT"),
      (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z", "Fri, 31 Dec 9999 23:59:59 GMT"),
      (.max, "9999-12-31T23:59:59.999999Z", "Fri, 31 Dec 9999 23:59:59 GMT"),
      (-1, "1970-01-01T00:00:00.000000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ] as [(Int64, String, String)]
  )
  func `an instant has one form in a record and one in a Date field`(
    _ now: Int64,
    _ record: String,
    _ date: String
  ) {
    var state = SandboxState()
    #expect(state.createNetwork(named: "lab", at: now).createdAt == record)
    let request = HTTPRequest(method: .get, scheme: "http", authority: "127.0.0.1", path: "/v2/networks")
    #expect(state.respond(to: request, body: [], at: now).response.headerFields[.date] == date)
  }
}
