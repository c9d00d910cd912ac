import HTTPTypes

/// Which faults strike, and how often: rates from 0 (never) to 1 (always), each decided by a seeded stream of its own.
///
/// Every request takes the same number of draws from the stream whatever the rates are, so that a request's fate does not
/// depend on the rates of other faults.
package struct SandboxFaults: Sendable {
  /// How often a request fails with 500, 502, 503 or 504: half of the time before a write is made, half of the time after it.
  package var failRate: Double
  /// How often a write (POST, PATCH, DELETE) is made and then never answered, because the connection drops.
  package var loseResponseRate: Double
  /// How many requests a second are answered, the others being refused with 429; nil for as many as come.
  package var rateLimit: Int?
  /// How often, before a page of `GET /networks` is answered, somebody adds or removes a network in front of the listing, so
  /// that its rows shift by one between pages.
  package var pageShiftRate: Double
  /// What a server waits between having an answer and sending it. The value itself waits for nothing.
  package var latency: Duration

  private var random: SandboxRandom
  private var window = SandboxRateWindow()

  /// No faults unless asked for.
  package init(
    seed: UInt64 = 1,
    failRate: Double = 0,
    loseResponseRate: Double = 0,
    rateLimit: Int? = nil,
    pageShiftRate: Double = 0,
    latency: Duration = .zero
  ) {
    self.failRate = failRate
    self.loseResponseRate = loseResponseRate
    self.rateLimit = rateLimit
    self.pageShiftRate = pageShiftRate
    self.latency = latency
    random = SandboxRandom(seed: seed, purpose: .faults)
  }

  /// Decides what becomes of the next request. `now` is only looked at for the rate limit.
  mutating func decide(_ kind: SandboxRequestKind, at now: SandboxStamp) -> SandboxFate {
    let fails = random.chance(failRate)
    let failure = SandboxFailure(from: &random)
    let afterWrite = random.chance(0.5)
    let isLost = random.chance(loseResponseRate)
    let shiftsPage = random.chance(pageShiftRate)
    let codeIsInteger = random.chance(0.5)

    let allowance = admit(at: now)
    if let allowance, !allowance.isGranted { return .throttled(allowance, codeIsInteger: codeIsInteger) }
    if fails { return afterWrite ? .failedAfter(failure) : .failedBefore(failure) }
    if isLost && kind.isWrite { return .lost }
    return .answered(allowance, shiftsPage: shiftsPage && kind == .listNetworks)
  }

  private mutating func admit(at now: SandboxStamp) -> SandboxAllowance? {
    rateLimit.map { window.admit(limit: $0, at: now.microseconds) }
  }
}

/// What becomes of one request.
enum SandboxFate: Sendable {
  /// Refused with 429; the account is not touched.
  case throttled(SandboxAllowance, codeIsInteger: Bool)
  /// The account is not touched.
  case failedBefore(SandboxFailure)
  /// What was asked for is done or refused, and the answer says otherwise.
  case failedAfter(SandboxFailure)
  /// What was asked for is done or refused, and nobody hears of it.
  case lost
  /// All is well; with `shiftsPage` the rows of the listing shift first.
  case answered(SandboxAllowance?, shiftsPage: Bool)
}

/// An answer of a server, or of a proxy in front of it, that is not well.
struct SandboxFailure: Sendable {
  private let status: Int
  private let isHTML: Bool

  init(from random: inout SandboxRandom) {
    status = random.pick([500, 502, 503, 504])
    isHTML = random.chance(0.5)
  }

  func response(at now: Int64) -> SandboxResponse {
    SandboxResponse.failed(status, isHTML: isHTML, at: now)
  }
}

/// One second in which a limited number of requests is answered; the next one starts with the first request after it.
package struct SandboxRateWindow: Sendable {
  private static let length: Int64 = 1_000_000
  private var start: Int64?
  private var used = 0

  package init() {}

  /// Takes one request out of the window.
  ///
  /// - Parameter now: in microseconds since 1970.
  package mutating func admit(limit: Int, at now: Int64) -> SandboxAllowance {
    let age = now - (start ?? now)
    // A clock that went back is a window that will not end: start anew.
    let isOver = start == nil || age < 0 || age >= Self.length
    if isOver { (start, used) = (now, 0) }
    let isGranted = used < limit
    if isGranted { used += 1 }
    let left = Self.length - (isOver ? 0 : age)
    return SandboxAllowance(
      isGranted: isGranted,
      limit: limit,
      remaining: max(limit - used, 0),
      resetSeconds: Int((left + 999_999) / 1_000_000)
    )
  }
}

/// What the `x-ratelimit-*` fields of an answer say.
package struct SandboxAllowance: Sendable {
  package let isGranted: Bool
  /// Requests per window.
  let limit: Int
  /// Requests left in this window.
  package let remaining: Int
  /// Whole seconds until the next window, rounded up.
  let resetSeconds: Int

  package func mark(_ answer: inout SandboxResponse) {
    answer.set("x-ratelimit-limit", to: String(limit))
    answer.set("x-ratelimit-remaining", to: String(remaining))
    answer.set("x-ratelimit-reset", to: String(resetSeconds))
  }
}
