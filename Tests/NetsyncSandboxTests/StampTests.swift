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

  @Test(
    arguments: [
      (.microseconds, "2024-02-28T20:00:00.000009Z", "2026-01-02T03:04:05.678901Z"),
      (.milliseconds, "2024-02-28T20:00:00.000Z", "2026-01-02T03:04:05.678Z"),
      (.seconds, "2024-02-28T20:00:00Z", "2026-01-02T03:04:05Z"),
      (.offset, "2024-02-29T01:30:00.000009+05:30", "2026-01-02T08:34:05.678901+05:30"),
    ] as [(SandboxStampForm, String, String)]
  )
  func `a record has the form that is usual when it is written`(
    _ form: SandboxStampForm,
    _ created: String,
    _ updated: String
  ) throws {
    var state = SandboxState()
    state.quirks.stampForm = form
    let network = state.createNetwork(named: "lab", at: 1_709_150_400_000_009)
    #expect(network.createdAt == created)
    state.renameNetwork(id: network.id, to: "lab 2", at: ManualTime.start)

    // Another form is for what is written from now on.
    state.quirks.stampForm = .microseconds
    let renamed = try #require(state.network(id: network.id))
    #expect(renamed.createdAt == created)
    #expect(renamed.updatedAt == updated)
    #expect(try listed(state).map(\.network) == [renamed])
    state.touchNetwork(id: network.id, at: ManualTime.start + 1)
    #expect(state.networks[0].createdAt == "2024-02-28T20:00:00.000009Z")
    #expect(state.networks[0].updatedAt == "2026-01-02T03:04:05.678902Z")
  }

  @Test
  func `a made-up account can begin with any form`() throws {
    var quirks = SandboxQuirks()
    quirks.stampForm = .seconds
    let state = SandboxState(seed: 7, networks: 20, quirks: quirks)
    let plain = SandboxState(seed: 7, networks: 20)
    #expect(state.networks.map(\.createdAt) == plain.networks.map { $0.createdAt.prefix(19) + "Z" })
    #expect(try listed(state).map(\.network) == state.networks)
  }

  @Test(
    arguments: [
      (.ordinary, "2026-01-02T04:04:05.678901Z", "2026-01-02T04:04:05.678901Z"),
      (.equal, "2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:05.678901Z"),
      (.backward, "2026-01-02T02:04:05.678901Z", "2026-01-02T03:04:05.678900Z"),
      (.subMillisecond, "2026-01-02T03:04:05.678902Z", "2026-01-02T03:04:05.679900Z"),
    ] as [(SandboxStampMood, String, String)]
  )
  func `a rename an hour later moves updated_at as the mood has it`(
    _ mood: SandboxStampMood,
    _ earliest: String,
    _ latest: String
  ) throws {
    for seed: UInt64 in 1...50 {
      var state = SandboxState(seed: seed)
      let network = state.createNetwork(named: "lab", at: ManualTime.start)
      state.quirks.stampMood = mood
      state.renameNetwork(id: network.id, to: "lab 2", at: ManualTime.start + 3_600_000_000)
      let renamed = try #require(try listed(state).first)
      #expect(renamed.name == "lab 2")
      #expect(renamed.created_at == network.createdAt)
      #expect(earliest <= renamed.updated_at && renamed.updated_at <= latest)
      #expect(state.network(id: network.id) == renamed.network)
    }
  }

  @Test
  func `writes one after the other go back by different steps, and the same ones for a seed`() {
    func stamps(seed: UInt64) -> [String] {
      var state = SandboxState(seed: seed)
      let id = state.createNetwork(named: "lab", at: ManualTime.start).id
      state.quirks.stampMood = .backward
      return (1...20).compactMap { state.renameNetwork(id: id, to: "lab \($0)", at: ManualTime.start)?.updatedAt }
    }
    #expect(stamps(seed: 3).count == 20)
    #expect(stamps(seed: 3) == stamps(seed: 3).sorted(by: >))
    #expect(stamps(seed: 3) == stamps(seed: 3))
    #expect(stamps(seed: 3) != stamps(seed: 4))
  }

  @Test
  func `a touch moves updated_at and nothing else`() throws {
    var state = SandboxState()
    let network = state.createNetwork(named: "lab", at: ManualTime.start)
    let touched = state.touchNetwork(id: network.id, at: ManualTime.start + 1_000_000)
    #expect(
      touched
        == SandboxNetwork(
          id: network.id,
          name: "lab",
          createdAt: network.createdAt,
          updatedAt: "2026-01-02T03:04:06.678901Z"
        )
    )
    #expect(try listed(state).map(\.network) == [touched])
  }

  /// What a client gets to see of an account.
  private func listed(_ state: SandboxState) throws -> [APINetwork] {
    var state = state
    let answer = state.respond(to: .listing, body: [], at: ManualTime.start)
    return try Answer(answer).read(Listing<APINetwork>.self).data
  }
}

extension HTTPRequest {
  /// `GET /networks`, with any key.
  static var listing: HTTPRequest {
    HTTPRequest(
      method: .get,
      scheme: "http",
      authority: "127.0.0.1",
      path: "/v2/networks",
      headerFields: [.authorization: "Bearer key"]
    )
  }
}
