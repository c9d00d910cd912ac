package import HTTPTypes

/// The account and the faults between it and its clients: what a sandbox server serves, and what tests ask in process.
package struct Sandbox: Sendable {
  /// The account.
  package var state: SandboxState
  /// What goes wrong on the way.
  package var faults: SandboxFaults
  /// The network that a page shift has put in front of the listing, while it is there.
  private var scratchNetwork: String?

  /// An account behind faults; none of them unless given.
  package init(_ state: SandboxState = SandboxState(), faults: SandboxFaults = SandboxFaults()) {
    self.state = state
    self.faults = faults
  }

  /// Answers one request, or loses the answer.
  ///
  /// - Parameters:
  ///   - request: Method, path with query (`/v2/networks?…`) and header fields.
  ///   - body: The whole body; one above ``SandboxState/maximumBodyBytes`` need not be complete.
  ///   - now: The server's time, in microseconds since 1970.
  package mutating func answer(to request: HTTPRequest, body: [UInt8], at now: Int64) -> SandboxOutcome {
    let call = SandboxCall.read(request)
    let stamp = SandboxStamp(microseconds: now)
    switch faults.decide(call.kind, at: stamp) {
    case .throttled(let allowance, let codeIsInteger):
      state.requestCount.add(call.kind)
      var answer = SandboxResponse.tooMany(.absent, codeIsInteger: codeIsInteger, at: now)
      allowance.mark(&answer)
      return .answer(answer)
    case .failedBefore(let failure):
      state.requestCount.add(call.kind)
      return .answer(failure.response(at: now))
    case .failedAfter(let failure):
      _ = state.respond(to: request, call, body: body, at: stamp)
      return .answer(failure.response(at: now))
    case .lost:
      _ = state.respond(to: request, call, body: body, at: stamp)
      return .lost
    case .answered(let allowance, let shiftsPage):
      if shiftsPage { shiftPage(at: now) }
      var answer = state.respond(to: request, call, body: body, at: stamp)
      allowance?.mark(&answer)
      return .answer(answer)
    }
  }

  /// Somebody makes a network in front of the listing, or takes away the one that is there.
  private mutating func shiftPage(at now: Int64) {
    if let id = scratchNetwork {
      scratchNetwork = nil
      // It may be gone already, by a client's hand: then there is nothing in front of the listing, and one is made.
      if state.deleteNetwork(id: id, at: now) != nil { return }
    }
    scratchNetwork = state.createNetwork(named: "scratch", at: now).id
  }
}

/// What a client sees of a request.
package enum SandboxOutcome: Sendable, Equatable {
  /// A complete answer.
  case answer(SandboxResponse)
  /// The connection drops without a byte of an answer; what was asked for is done, unless the API would have refused it.
  case lost
}
