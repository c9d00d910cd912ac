import NetsyncEngine
import NetsyncModel
import Testing

@testable import NetsyncCLI

/// What is held says so, why, and what carries it out (R5).
struct GuardMessageTests {
  @Test(arguments: Guard.allCases)
  func `whatever is held is exit 8, with a reason of its own and the approval to type`(held: Guard) {
    let message = UserMessage(.held(held, count: 7), waiting: 0, verb: "pull")
    #expect(message.exit == .held)
    #expect(message.code == "held_\(held.rawValue)")
    #expect(!message.isRetryable, "waiting does not help")
    let next = message.next.map(\.string).joined()
    #expect(next.contains(held == .otherAccount ? "--accept-account" : "netsync pull --max-deletes 7"))
    let others = Guard.allCases.filter { $0 != held }
      .map { UserMessage(.held($0, count: 7), waiting: 0, verb: "pull").why.string }
    #expect(!others.contains(message.why.string))
  }

  @Test(arguments: [Guard.allChanged, .wentBack])
  func `what a listing that cannot be believed means for the replica is said`(held: Guard) {
    let message = UserMessage(.held(held, count: 7), waiting: 0, verb: "pull")
    #expect(message.message.string == "deletions are held")
    #expect(message.why.string.contains("7"))
    #expect(message.state.string == "nothing was deleted; everything else went on")
  }
}
