import FoundationEssentials
import HTTPTypes
import Logging
import NetsyncAPI
import NetsyncEngine
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica
import NetsyncTestKit
import NetsyncTestSupport
import Synchronization
import Testing

@Suite(.opensReplicas) struct SyncLoopTests {
  @Test func `a change there is seen within one interval, however long nothing has changed`() async throws {
    let world = try World(networks: 3)
    let course = try Course(world, interval: .seconds(300))
    course.at(.seconds(3_600)) { world.renameThere(world.namesThere[0], to: "renamed there") }
    course.at(.seconds(3_901)) {
      #expect((try? world.replica.networks())?.contains { $0.name?.text == "renamed there" } == true)
    }
    try await course.run(for: .seconds(4_000))
  }

  @Test func `while things change the account is asked more often, and less when it is quiet again`() async throws {
    let world = try World(networks: 1)
    let course = try Course(world, interval: .seconds(400))
    for minute in 0..<60 { course.at(.seconds(60 * minute + 1)) { world.createThere("net-\(minute)") } }
    course.at(.seconds(3_600)) { #expect((30...45).contains(world.pulls)) }
    try await course.run(for: .seconds(7_200))
    #expect(world.pulls < 60)
  }

  @Test func `an edit that another process makes is sent within two seconds, without a pull`() async throws {
    let world = try World(networks: 3)
    let other = try Replica.open(world.replica.path, .existing, now: { world.clock.wall })
    let course = try Course(world, interval: .seconds(300))
    let pulls = Mutex(0)
    course.at(.seconds(100)) {
      pulls.withLock { $0 = world.pulls }
      _ = try? other.create(NetworkName("made by another"), localID: LocalID(at: world.clock.wall, random: (1, 2)))
    }
    course.at(.seconds(102)) {
      #expect(world.namesThere.contains("made by another"))
      #expect(world.pulls == pulls.withLock { $0 })
    }
    try await course.run(for: .seconds(110))
  }

  @Test func `a loop whose file was removed ends and says so, instead of syncing what nobody sees`() async throws {
    let world = try World(networks: 3)
    let path = world.replica.path
    let course = try Course(world, interval: .seconds(300))
    course.at(.seconds(100)) { try? FileManager.default.removeItem(atPath: path) }
    await #expect(throws: ReplicaError.replaced(path: path)) { try await course.run(for: .seconds(400)) }
    #expect(course.states.last == .stopped)
  }

  @Test func `an edit that waits for a person is not sent again and again`() async throws {
    let world = try World(networks: 3)
    _ = try await world.engine().pull(PullOptions())
    let course = try Course(world, interval: .seconds(300))
    world.transport.decide { request in request.method == .post ? .replaced(.refusal) : .arrives }
    course.at(.seconds(10)) { _ = try? world.create("refused") }
    try await course.run(for: .seconds(250))
    #expect(world.transport.requests.count { $0.hasPrefix("POST") } == 1)
    #expect(try world.replica.operations().map(\.state) == [.refused])
  }

  @Test func `who cannot be reached is asked once a minute at most, and edits go out when he is there again`()
    async throws
  {
    let world = try World(networks: 3)
    let course = try Course(world, interval: .seconds(300))
    course.at(.seconds(10)) {
      world.transport.decide { _ in .notSent }
      _ = try? world.create("made offline")
    }
    let asked = Mutex(0)
    course.at(.seconds(600)) { asked.withLock { $0 = world.transport.requests.count } }
    course.at(.seconds(4_200)) {
      #expect(world.transport.requests.count - asked.withLock { $0 } <= 121)
      world.transport.decide { _ in .arrives }
    }
    course.at(.seconds(4_262)) { #expect(world.namesThere.contains("made offline")) }
    try await course.run(for: .seconds(4_300))
  }

  @Test func `a day of 429 that names no time costs two hundred requests at most`() async throws {
    let world = try World(networks: 3)
    let course = try Course(world, interval: .seconds(30))
    world.transport.decide { _ in .replaced(TransportResponse(head: HTTPResponse(status: .tooManyRequests), body: [])) }
    course.at(.seconds(5)) { _ = try? world.create("lab") }
    try await course.run(for: .seconds(86_400))
    #expect(world.transport.requests.count <= 200)
    #expect(world.transport.requests.count > 20)
  }

  @Test func `a pause sends nothing, syncNow goes through it, and resume makes up for it`() async throws {
    let world = try World(networks: 3)
    let course = try Course(world, interval: .seconds(60))
    let asked = Mutex(0)
    course.at(.seconds(10)) { course.loop.pause() }
    course.at(.seconds(20)) {
      asked.withLock { $0 = world.transport.requests.count }
      _ = try? world.create("lab")
    }
    course.at(.seconds(400)) {
      #expect(world.transport.requests.count == asked.withLock { $0 })
      course.loop.syncNow()
    }
    course.at(.seconds(402)) { #expect(world.namesThere.contains("lab")) }
    course.at(.seconds(403)) {
      world.createThere("there")
      course.loop.resume()
    }
    course.at(.seconds(470)) { #expect((try? world.replica.networks())?.count == 5) }
    try await course.run(for: .seconds(480))
  }

  @Test func `a rejected key is tried less and less, a new one at once`() async throws {
    let world = try World(networks: 3)
    let course = try Course(world, interval: .seconds(60))
    world.transport.decide { request in
      request.headerFields[.authorization] == "Bearer new" ? .arrives : .replaced(.unauthorized)
    }
    course.at(.seconds(600)) {
      #expect((4...5).contains(world.transport.requests.count))
      if let engine = try? world.engine(key: "new") { course.loop.replaceEngine(engine) }
    }
    course.at(.seconds(602)) { #expect((try? world.replica.networks())?.count == 3) }
    try await course.run(for: .seconds(605))
  }

  @Test func `a stop lets the request in flight end and sends nothing more`() async throws {
    let world = try World(networks: 600)
    let course = try Course(world, interval: .seconds(60))
    let sent = Mutex(0)
    world.transport.decide { _ in
      if sent.withLock({
        $0 += 1; return $0
      }) == 1 {
        course.loop.stop.request()
      }
      return .arrives
    }
    try await course.run(for: .seconds(600))
    #expect(sent.withLock { $0 } == 1)
    #expect(course.states.last == .stopped)
  }

  @Test func `a cancelled task ends the cycle where it is, and tries nothing again`() async throws {
    let world = try World(networks: 3)
    let engine = try world.engine()
    let sent = Mutex(0)
    world.transport.decide { _ in
      sent.withLock { $0 += 1 }
      unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() }
      return .notSent
    }
    let report = await Task { await engine.pull(PullOptions()) }.value
    #expect(report.failure == .stopped)
    #expect(sent.withLock { $0 } == 1)
  }

  @Test func `the heart beats at every glance and every request, and is silent while one is waited for`() async throws {
    let world = try World(networks: 3)
    let beats = Mutex(0)
    let course = try Course(world, interval: .seconds(60)) { beats.withLock { $0 += 1 } }
    let before = Mutex<[Int]>([])
    world.transport.decide { _ in
      before.withLock { $0.append(beats.withLock { $0 }) }
      return .arrives
    }
    try await course.run(for: .seconds(30))
    let seen = before.withLock { $0 }
    // The listing comes first; interfaces are asked for side by side, so the requests after the second may find any number.
    #expect(seen.prefix(2) == [0, 1])
    #expect(beats.withLock { $0 } >= seen.count + 60)
  }

  @Test func `a wait that the server asked for has signs of life`() async throws {
    let world = try World(networks: 3)
    let beats = Mutex<[Duration]>([])
    let start = world.clock.now
    let engine = try world.engine(heartbeat: { beats.withLock { $0.append(start.duration(to: world.clock.now)) } })
    let sent = Mutex(0)
    world.transport.decide { _ in
      let number = sent.withLock {
        $0 += 1
        return $0
      }
      return number == 1 ? .replaced(.slowDown(after: 120)) : .arrives
    }
    #expect(await engine.pull(PullOptions()).failure == nil)
    let times = beats.withLock { $0 }
    #expect((times.last ?? .zero) > .seconds(120))
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 <= .seconds(11) })
  }
}

/// A loop, and what happens to it, at which time; the manual clock moves from one glance to the next.
private struct Course: Sendable {
  let loop: SyncLoop
  private let timetable: Timetable

  init(_ world: World, interval: Duration, onBeat: @escaping @Sendable () -> Void = {}) throws {
    let timetable = Timetable(world.clock)
    self.timetable = timetable
    loop = SyncLoop(
      engine: try world.engine(heartbeat: {
        onBeat()
        timetable.beat()
      }),
      watch: try ReplicaWatch(world.replica),
      interval: interval,
      onState: { state in timetable.told(state) }
    )
  }

  var states: [LoopState] { timetable.states }

  func at(_ time: Duration, _ what: @escaping @Sendable () -> Void) { timetable.at(time, what) }

  func run(for duration: Duration) async throws {
    timetable.end(at: duration) { [loop] in loop.stop.request() }
    try await loop.run()
    #expect(timetable.isThrough)
  }
}

/// What happens at which time, counted from its making. Requests that are on their way together tell of their heartbeats together:
/// those take turns.
private final class Timetable: Sendable {
  private struct Entries {
    var happenings: [(at: Duration, what: @Sendable () -> Void)] = []
    var end: (at: Duration, what: @Sendable () -> Void)?
  }

  private let clock: ManualClock
  private let start: ManualClock.Instant
  private let entries = Mutex(Entries())
  private let heard = Mutex<[LoopState]>([])

  init(_ clock: ManualClock) {
    self.clock = clock
    start = clock.now
  }

  var states: [LoopState] { heard.withLock { $0 } }
  /// Whether everything has happened.
  var isThrough: Bool { entries.withLock { $0.happenings.isEmpty } }

  func told(_ state: LoopState) { heard.withLock { $0.append(state) } }
  func at(_ time: Duration, _ what: @escaping @Sendable () -> Void) {
    entries.withLock { $0.happenings.append((time, what)) }
  }
  func end(at time: Duration, _ what: @escaping @Sendable () -> Void) { entries.withLock { $0.end = (time, what) } }

  func beat() {
    entries.withLock { entries in
      let now = start.duration(to: clock.now)
      while let index = entries.happenings.firstIndex(where: { $0.at <= now }) {
        entries.happenings.remove(at: index).what()
      }
      if let end = entries.end, now >= end.at { end.what() }
    }
  }
}

extension World {
  /// Sweeps that were begun.
  fileprivate var pulls: Int { (try? replica.lastSweep(before: .max)?.sweep).map(Int.init) ?? 0 }
}

extension TransportResponse {
  fileprivate static let refusal = TransportResponse(
    head: HTTPResponse(status: .unprocessableContent),
    body: Array(#"{"errors":[{"code":"10015","title":"Invalid name","detail":"no"}]}"#.utf8)
  )
  fileprivate static func slowDown(after seconds: Int) -> TransportResponse {
    var head = HTTPResponse(status: .tooManyRequests)
    head.headerFields[.retryAfter] = String(seconds)
    return TransportResponse(head: head, body: [])
  }
  fileprivate static let unauthorized = TransportResponse(
    head: HTTPResponse(status: .unauthorized),
    body: Array(#"{"errors":[{"code":"10009","title":"Authentication failed"}]}"#.utf8)
  )
}
