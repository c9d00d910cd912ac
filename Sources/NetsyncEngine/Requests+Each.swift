import Synchronization

extension Requests {
  /// Works on elements in their order, as many at the same time as the server bears, and hands over each outcome as it comes.
  ///
  /// - Parameters:
  ///   - work: gets the requests of its own place, which it keeps to its end.
  ///   - take: false where nothing new is to be begun; what was begun is still handed over.
  func each<Element: Sendable, Outcome: Sendable>(
    of elements: some Collection<Element>,
    _ work: @escaping @Sendable (Element, Requests) async -> Outcome,
    take: (Outcome) -> Bool
  ) async {
    let end = End()
    await withTaskGroup(of: Outcome?.self) { group in
      var waiting = elements[...]
      func begin() {
        guard let element = waiting.popFirst() else { return }
        group.addTask { await inPlace { end.isCome ? nil : await work(element, $0) } }
      }
      for _ in 0..<width { begin() }
      while let outcome = await group.next() {
        guard let outcome else { continue }
        if !take(outcome) { end.come() }
        if !end.isCome { begin() }
      }
    }
  }
}

/// Nothing new is begun any more.
private final class End: Sendable {
  private let state = Mutex(false)

  var isCome: Bool { state.withLock { $0 } }
  func come() { state.withLock { $0 = true } }
}
