import HTTPTypes
import NetsyncAPI
import NetsyncModel
import Testing

/// How long a server that is asked too much is left alone (R12, R16). It is 20:26:40 on May 28th of 2026.
struct RateLimitTests {
  @Test(
    arguments: [
      ("30", .seconds(30)), ("1", .seconds(1)), ("0", .seconds(1)), ("030", .seconds(30)),
      ("900", .seconds(900)), ("901", .seconds(900)), ("86400", .seconds(900)),
      ("Thu, 28 May 2026 20:27:10 GMT", .seconds(30)),
      ("Thu, 28 May 2026 20:26:40 GMT", .seconds(1)),
      ("Thu, 28 May 2026 21:26:40 GMT", .seconds(900)),
    ] as [(String, Duration)]
  )
  func `Retry-After is kept, in seconds or as a date, for a second to a quarter of an hour`(
    _ text: String,
    _ wait: Duration
  ) async throws {
    #expect(try await requestedWait(retryAfter: text) == wait)
  }

  @Test(
    arguments: [
      "", "86401", "31536000", "99999999999", "100000000000", "9223372036854775808", "-1", "-30", "+30", "1.5", "1e3",
      "0x1E", "30s", "30 30", "30, 60", "soon", "Thu, 28 May 2026 20:26:39 GMT", "Thu, 01 Jan 1970 00:00:00 GMT",
      "Sat, 30 May 2026 20:26:40 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Thursday, 28-May-26 20:27:10 GMT",
      "Thu May 28 20:27:10 2026", "2026-05-28T20:27:10Z", "Thu, 28 May 2026 20:27:10 UTC",
    ]
  )
  func `a Retry-After that makes no sense is as good as none`(_ text: String) async throws {
    #expect(try await requestedWait(retryAfter: text) == nil)
  }

  @Test(
    arguments: [
      ("30", .seconds(30)), ("0", .seconds(1)), ("901", .seconds(900)),
      ("1780000030", .seconds(30)), ("1780000000", .seconds(1)), ("1780003600", .seconds(900)),
      ("1780086400", .seconds(900)),
    ] as [(String, Duration)]
  )
  func `x-ratelimit-reset is kept, in seconds or as an epoch`(_ text: String, _ wait: Duration) async throws {
    #expect(try await requestedWait(reset: text) == wait)
  }

  @Test(
    arguments: [
      "", "-1", "1.5", "soon", "86401", "999999999", "1000000000", "1779999999", "1780086401", "1780000030000",
      "99999999999", "18446744073709551616", "Thu, 28 May 2026 20:27:10 GMT",
    ]
  )
  func `an x-ratelimit-reset that makes no sense is as good as none`(_ text: String) async throws {
    #expect(try await requestedWait(reset: text) == nil)
  }

  @Test func `Retry-After goes before x-ratelimit-reset`() async throws {
    #expect(try await requestedWait(retryAfter: "10", reset: "30") == .seconds(10))
  }

  @Test(arguments: ["soon", "-1", "1.5", "86401", "99999999999", "Thu, 28 May 2026 20:26:00 GMT"])
  func `a wait that makes no sense does not hide one that does`(_ retryAfter: String) async throws {
    #expect(try await requestedWait(retryAfter: retryAfter, reset: "30") == .seconds(30))
  }

  @Test func `without a word from the server there is no wait of its own`() async throws {
    #expect(try await requestedWait() == nil)
  }

  @Test func `a date is measured on the server's clock, not on this host's`() async throws {
    // The server is an hour ahead; its Date is cut to the second, so it is half a second past it on average.
    let wait = try await requestedWait(
      retryAfter: "Thu, 28 May 2026 21:27:10 GMT",
      fields: [.date: "Thu, 28 May 2026 21:26:40 GMT"]
    )
    #expect(wait == .milliseconds(29_500))
  }

  @Test(arguments: [200, 401, 500, 503])
  func `only a 429 asks for a wait`(_ status: Int) async throws {
    let transport = RecordingTransport(status, Body.record(Body.full), fields: [.retryAfter: "30"])
    #expect(try await Call.read.send(with: transport.client()).failure?.kind != .slowDown)
  }

  @Test(
    arguments: [
      (200, "0", "30", .seconds(30)), (200, "0", "1780000030", .seconds(30)), (200, "00", "0", .seconds(1)),
      (200, "0", "86400", .seconds(900)), (404, "0", "30", .seconds(30)), (422, "0", "30", .seconds(30)),
      (500, "0", "30", .seconds(30)),
      (200, "1", "30", nil), (200, "", "30", nil), (200, "-1", "30", nil), (200, "0.5", "30", nil),
      (200, "none", "30", nil), (200, nil, "30", nil),
      (200, "0", nil, nil), (200, "0", "soon", nil), (200, "0", "86401", nil), (200, "0", "-1", nil),
      (200, "0", "1779999999", nil),
    ] as [(Int, String?, String?, Duration?)]
  )
  func `an answer that uses the budget up asks for silence until it is renewed`(
    _ status: Int,
    _ remaining: String?,
    _ reset: String?,
    _ silence: Duration?
  ) async throws {
    let body = status == 200 ? Body.record(Body.full) : Body.error
    let transport = RecordingTransport(status, body, fields: try budget(remaining: remaining, reset: reset))
    #expect(try await Call.read.send(with: transport.client()).silence == silence)
  }

  @Test(arguments: ["0", "7", nil] as [String?])
  func `a 429 asks for silence whatever remains, as long as for a wait`(_ remaining: String?) async throws {
    var fields = try budget(remaining: remaining, reset: "30")
    fields[.retryAfter] = "10"
    let exchange = try await Call.create.send(with: RecordingTransport(429, Body.error, fields: fields).client())
    #expect(exchange.silence == .seconds(10))
    #expect(exchange.failure == .slowDown(wait: .seconds(10), try #require(exchange.failure?.detail)))
  }

  @Test(arguments: [200, 401, 500, 503])
  func `Retry-After on anything but a 429 asks for nothing`(_ status: Int) async throws {
    let transport = RecordingTransport(status, Body.record(Body.full), fields: [.retryAfter: "30"])
    #expect(try await Call.read.send(with: transport.client()).silence == nil)
  }

  @Test func `no answer asks for no silence`() async throws {
    let transport = RecordingTransport(.failure(.noAnswer(reason: "reset")))
    #expect(try await Call.read.send(with: transport.client()).silence == nil)
  }

  private func budget(remaining: String?, reset: String?) throws -> HTTPFields {
    var fields = HTTPFields()
    fields[try #require(HTTPField.Name("x-ratelimit-remaining"))] = remaining
    fields[try #require(HTTPField.Name("x-ratelimit-reset"))] = reset
    return fields
  }

  private func requestedWait(
    retryAfter: String? = nil,
    reset: String? = nil,
    fields: HTTPFields = [:]
  ) async throws -> Duration? {
    let resetName = try #require(HTTPField.Name("x-ratelimit-reset"))
    var fields = fields
    fields[.retryAfter] = retryAfter
    fields[resetName] = reset
    let failure = try await Call.page.send(with: RecordingTransport(429, Body.error, fields: fields).client()).failure
    guard case .slowDown(let wait, _)? = failure else {
      Issue.record("a 429 that is no .slowDown")
      return nil
    }
    return wait
  }
}
