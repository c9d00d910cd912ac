import Foundation
import HTTPTypes
import NetsyncAPI
import NetsyncModel
import NetsyncSandbox
import Synchronization

/// The transport of one simulated process.
struct SimulatedTransport: Transport {
  let world: SimulatedWorld
  let process: SimulatedProcess
  /// The process has another account's key.
  let isForeign: Bool

  func send(_ request: TransportRequest) async throws(TransportFailure) -> TransportResponse {
    let number = process.nextNumber()
    let result = await withCheckedContinuation { (continuation: AnswerContinuation) in
      guard process.hold(continuation, as: number) else {
        return continuation.resume(
          returning: .failure(.notSent(ConnectionFailure(.noConnection, host: "a dead process")))
        )
      }
      world.carry(Parcel(request: request, process: process, number: number, isForeign: isForeign))
    }
    return try result.get()
  }
}

/// A request on its way.
struct Parcel: Sendable {
  var request: TransportRequest
  var call: Call
  var process: SimulatedProcess
  var number: Int
  var isForeign: Bool
  /// The local create that it is of, where it is one.
  var sender: Int64?
  var isRepeated = false

  init(request: TransportRequest, process: SimulatedProcess, number: Int, isForeign: Bool) {
    self.request = request
    self.process = process
    self.number = number
    self.isForeign = isForeign
    call = Call(request)
  }

  /// Knows which edit it is of.
  func marked(by checker: Checker, at now: Int64) -> Parcel {
    var marked = self
    marked.sender = checker.willSend(call, from: process, at: now)
    return marked
  }

  /// The same once more.
  var repeated: Parcel {
    var repeated = self
    repeated.isRepeated = true
    return repeated
  }
}

extension SimulatedWorld {
  /// Takes a request on its way, and decides what becomes of it.
  func carry(_ unmarked: Parcel) {
    let checker = hosts[unmarked.process.host].checker
    // Where a host's clock jumps, so does the end of a silence.
    if !faults.has(.clockJump) { checker.checkSilence(unmarked.process, at: time.now) }
    checker.checkBudget(unmarked.process, at: time.now)
    let parcel = unmarked.marked(by: checker, at: time.now)
    if parcel.call.kind == .list, let page = parcel.request.page { checker.asks(for: page, parcel.process) }
    trace.note(.sent, parcel.call.hashValueOfKind, "host \(parcel.process.host) sends: \(parcel.call.description)")
    let there = latency()
    let back = latency()
    let strike = faults.strike(Fault.ofRequests, while: parcel.call.kind.rawValue)
    if let strike { noteFault(strike.fault, "on \(parcel.call.kind.rawValue)") }
    let timeout = parcel.request.timeout
    switch strike?.fault {
    case .unreachable:
      time.schedule(after: there) { [self] in
        finish(parcel, with: .failure(.notSent(ConnectionFailure(.refused, host: "simulated"))), "is refused")
      }
      return
    case .requestLost:
      break
    case .answerLost:
      time.schedule(after: there) { [self] in _ = answer(parcel, nil) }
    case .late:
      // What arrives so late is listed within the settle time too.
      let longest = (SimulatedHost.settleTime - timeout - server.listLag).wholeMicroseconds / 1_000
      let delay = timeout + .milliseconds(1 + (strike?.below(Int(longest) - 1) ?? 0))
      time.schedule(after: delay) { [self] in _ = answer(parcel, nil) }
    case .duplicate where parcel.call.kind != .create:
      deliver(parcel, strike, after: there, back)
      let again = there + .milliseconds(1 + (strike?.below(5_000) ?? 0))
      time.schedule(after: again) { [self] in _ = answer(parcel.repeated, nil) }
    default:
      deliver(parcel, strike, after: there, back)
    }
    time.schedule(after: timeout) { [self] in
      guard parcel.process.awaits(parcel.number) else { return }
      finish(parcel, with: .failure(.noAnswer(reason: "no answer in time")), "is given up")
    }
  }

  private func deliver(_ parcel: Parcel, _ strike: FaultSource.Strike?, after there: Duration, _ back: Duration) {
    time.schedule(after: there) { [self] in
      let (answer, isGone) = answer(parcel, strike)
      time.schedule(after: back) { [self] in
        let response = TransportResponse(head: answer.response, body: answer.body)
        let checker = hosts[parcel.process.host].checker
        if parcel.call.kind == .list, let page = parcel.request.page {
          checker.lists(answer.body, to: parcel.process, at: time.now)
          // An answer that comes too late is no part of any walk.
          if parcel.process.awaits(parcel.number) { checker.walks(page, answer.body, parcel.process) }
        }
        if parcel.call.kind == .listNamesakes, parcel.request.page == 1, let name = parcel.request.wantedName {
          checker.lists(namesakesOf: name, contradicts: answer.contradictsItself, to: parcel.process)
        }
        if isGone, let id = parcel.call.id { checker.isGone(id) }
        // What is no document of the API's refuses nothing.
        let isDocument = ![.truncated, .notJSON, .htmlPage, .badCompression].contains(strike?.fault)
        if parcel.call.kind.isWrite, isDocument, [400, 409, 422].contains(answer.response.status.code) {
          checker.isRefused(parcel.call, of: parcel.process)
        }
        let result: Result<TransportResponse, TransportFailure> =
          strike?.fault == .badCompression ? .failure(.notCompressedAsTold) : .success(response)
        finish(parcel, with: result, "is answered \(answer.response.status.code)")
      }
    }
  }

  /// The server's answer, with whatever goes wrong with it, and whether it comes of the network being gone.
  private func answer(_ parcel: Parcel, _ strike: FaultSource.Strike?) -> (SandboxResponse, isGone: Bool) {
    if let response = refusal(strike) { return (response, false) }
    if strike?.fault == .pageShift, parcel.call.kind == .list { server.shiftPage() }
    let isIgnored = strike?.fault == .ignoredRename && parcel.call.kind == .rename
    let request = isIgnored ? parcel.request.looking : parcel.request
    let outcome = server.respond(
      to: request,
      isIgnored ? Call(request) : parcel.call,
      host: parcel.process.host,
      sender: parcel.sender,
      isRepeated: parcel.isRepeated,
      isForeign: parcel.isForeign
    )
    trace.note(.arrived, outcome.response.response.status.code, "the server answers \(parcel.call.description)")
    let checker = hosts[parcel.process.host].checker
    // Two networks that this host wants under one name stand for each other: what one has made may have become the other's.
    if outcome.madeBefore.contains(where: { !checker.isAnothers($0, than: parcel.sender) }) {
      violate(.duplicateCreate, host: parcel.process.host, "\"\(parcel.call.name?.text ?? "")\" was created twice")
    }
    return (mangled(outcome.response, parcel.call, strike), outcome.isGone)
  }

  /// An answer that carries nothing out.
  private func refusal(_ strike: FaultSource.Strike?) -> SandboxResponse? {
    let now = server.wall
    switch strike?.fault {
    case .slowDown:
      let form = SandboxWaitForm.allCases[strike?.below(SandboxWaitForm.allCases.count) ?? 0]
      let seconds = 1 + (strike?.below(40) ?? 0)
      return .tooMany(form, seconds: seconds, codeIsInteger: seconds % 2 == 0, at: now)
    case .failedBefore:
      return .failed([500, 502, 503, 504][strike?.below(4) ?? 0], isHTML: strike?.below(3) == 0, at: now)
    case .htmlPage where strike?.below(2) == 0:
      // A page for people, from something in between that carries nothing out.
      return .failed(503, isHTML: true, at: now).mangled(.htmlPage)
    case .credentials:
      return strike?.below(2) == 0 ? .unauthorized(at: now) : .forbidden(at: now)
    default:
      return nil
    }
  }

  /// An answer that says something else than what was done.
  private func mangled(_ response: SandboxResponse, _ call: Call, _ strike: FaultSource.Strike?) -> SandboxResponse {
    guard let strike else { return response }
    switch strike.fault {
    case .failedAfter:
      return .failed([500, 502, 503, 504][strike.below(4)], isHTML: strike.below(3) == 0, at: server.wall)
    case .truncated: return response.mangled(.truncated, fraction: strike.fraction)
    case .notJSON, .badCompression: return response.mangled(.notJSON)
    case .htmlPage: return response.mangled(.htmlPage)
    case .wrongType: return response.mangled(.wrongType, fraction: strike.fraction)
    // What nobody can understand is not given an id that somebody could.
    case .otherID where call.kind != .create && !response.body.hasUnreadableRecord:
      return response.mangled(.otherID, otherID: strike.id)
    case .otherPage: return response.mangled(.otherPage)
    case .emptyBody: return response.mangled(.emptyBody)
    default: return response
    }
  }

  private func finish(
    _ parcel: Parcel,
    with result: Result<TransportResponse, TransportFailure>,
    _ what: String
  ) {
    guard parcel.process.awaits(parcel.number) else { return }
    if parcel.call.kind == .list { hosts[parcel.process.host].checker.hasAsked(parcel.process) }
    let isAnswer = if case .success = result { true } else { false }
    if case .success(let response) = result {
      let isTrouble = [408, 429].contains(response.head.status.code) || response.head.status.kind == .serverError
      if response.remaining != nil || !isTrouble {
        hosts[parcel.process.host].checker.hears(response.remaining, by: parcel.process, at: time.now)
      }
    }
    if case .success(let response) = result, response.head.status.code == 429,
      let seconds = response.head.headerFields[.retryAfter].flatMap({ Int64($0) })
    {
      let until = time.now + seconds * 1_000_000
      hosts[parcel.process.host].checker.isAskedForSilence(parcel.process, until: until)
    }
    trace.note(isAnswer ? .answered : .gaveUp, parcel.call.hashValueOfKind, "\(parcel.call.description) \(what)")
    if parcel.call.kind.isWrite { hosts[parcel.process.host].checker.isOver(parcel.call, of: parcel.process) }
    parcel.process.finish(parcel.number, with: result)
  }
}

extension SandboxResponse {
  /// A listing of one page has another number of networks than it speaks of.
  fileprivate var contradictsItself: Bool {
    guard let numbers = ListingNumbers(body), let pages = numbers.meta?.totalPages, pages <= 1,
      let total = numbers.meta?.totalResults
    else { return false }
    return total != numbers.data.count
  }
}

extension TransportResponse {
  /// How many requests the server will still take.
  fileprivate var remaining: Int? {
    HTTPField.Name("x-ratelimit-remaining").flatMap { head.headerFields[$0] }.flatMap { Int($0) }
  }
}

extension TransportRequest {
  /// Of a listing with a filter: the name that it is about.
  fileprivate var wantedName: NetworkName? {
    guard let query = head.path?.split(separator: "filter%5Bname%5D=").dropFirst().first else { return nil }
    let text = query.prefix { $0 != "&" }.replacing("+", with: " ")
    return String(text).removingPercentEncoding.map { NetworkName($0) }
  }

  /// Of a listing: which page it asks for.
  fileprivate var page: Int? {
    head.path?.split(separator: "page%5Bnumber%5D=").dropFirst().first.flatMap { Int($0.prefix { $0.isNumber }) }
  }

  /// A look at the same record.
  fileprivate var looking: TransportRequest {
    var looking = self
    looking.head.method = .get
    looking.body = []
    return looking
  }
}

extension Call {
  /// For the trace's hash: Swift's own hashes differ from process to process.
  var hashValueOfKind: Int {
    var sum = kind.isWrite ? 1 : 0
    for byte in kind.rawValue.utf8 { sum = sum &* 31 &+ Int(byte) }
    for byte in (id ?? "").utf8 { sum = sum &* 31 &+ Int(byte) }
    for byte in (name?.text ?? "").utf8 { sum = sum &* 31 &+ Int(byte) }
    return sum
  }
}
