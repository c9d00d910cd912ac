import NetsyncModel
import NetsyncReconcile
import Testing

/// One network's list that cannot be read costs that list alone, as long as the server answers for others (R11, R12).
struct ListFailuresTests {
  private static let words = APIErrorDetail(status: 500)
  private static let silence = APIFailure.noAnswer(reason: "timeout")

  /// How many lists were asked for before the walk ended; nil where it did not. A list that was read is nil.
  private func end(of lists: [APIFailure?]) -> Int? {
    var failures = ListFailures()
    for (index, failure) in lists.enumerated() {
      guard let failure else {
        failures.recordSuccess()
        continue
      }
      if !failures.record(failure) { return index + 1 }
    }
    return nil
  }

  @Test(arguments: [.gone(words), .refused(words), .notUnderstood(.foreign(status: 404))] as [APIFailure])
  func `what time will not mend never ends a walk`(_ failure: APIFailure) {
    #expect(end(of: Array(repeating: failure, count: 1_000)) == nil)
  }

  @Test(arguments: [.serverFault(words), silence] as [APIFailure])
  func `a server that does not answer eight times in a row is left alone`(_ failure: APIFailure) {
    #expect(end(of: Array(repeating: failure, count: 20)) == 8)
    #expect(end(of: Array(repeating: failure, count: 7) + [nil] + Array(repeating: failure, count: 7)) == nil)
    // A refusal neither counts nor ends the row.
    #expect(end(of: Array(repeating: failure, count: 7) + [.refused(Self.words), failure]) == 9)
  }

  @Test(
    arguments: [
      .credentials(words), .slowDown(wait: nil, words), .unreachable(ConnectionFailure(.refused, host: "api")),
    ] as [APIFailure]
  )
  func `what is of all ends a walk at once`(_ failure: APIFailure) {
    #expect(end(of: [failure]) == 1)
  }

  /// A failed look before a rename or a delete.
  @Test(
    arguments: [
      (.gone(words), true), (.refused(words), true), (.notUnderstood(.foreign(status: 404)), true),
      (.credentials(words), false), (.slowDown(wait: nil, words), false), (.serverFault(words), false),
      (.unreachable(ConnectionFailure(.refused, host: "api")), false), (silence, false),
    ] as [(APIFailure, Bool)]
  )
  func `a look sets one operation aside where time alone would not mend it`(_ failure: APIFailure, _ isSetAside: Bool) {
    #expect(isOfOneOperation(failure) == isSetAside)
  }
}
