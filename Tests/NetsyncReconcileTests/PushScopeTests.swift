import NetsyncModel
import NetsyncReconcile
import Testing

/// Which edits a push is about.
struct PushScopeTests {
  private let outbox: [OutboxOperation] = [.sample(1, of: 7), .sample(2, of: 8), .sample(3, of: 9)]

  private func planned(_ edit: Int64, _ intent: Intent = .rename(to: NetworkName("b")), on base: String? = nil)
    -> PlannedEdit
  {
    PlannedEdit(edit: EditNumber(rawValue: edit), intent: intent, baseName: base.map { NetworkName($0) })
  }

  @Test func `a push is about everything, one network, or a plan`() {
    #expect(PushScope().operations(of: outbox) == outbox)
    #expect(PushScope(only: NetworkKey(rawValue: 8)).operations(of: outbox).map(\.edit.rawValue) == [2])
    #expect(PushScope(planned: [planned(1), planned(3)]).operations(of: outbox).map(\.edit.rawValue) == [1, 3])
  }

  @Test func `a planned edit that is not what was planned is not sent, and counted`() {
    let scope = PushScope(planned: [planned(1), planned(2, .delete), planned(3, on: "old"), planned(4)])
    #expect(scope.operations(of: outbox).map(\.edit.rawValue) == [1])
    #expect(scope.moved(in: outbox) == 3)
    #expect(outbox.filter(scope.isAbout).count == 3, "what is left of them is still told")
  }

  @Test func `without a plan nothing has moved`() {
    #expect(PushScope(only: NetworkKey(rawValue: 8)).moved(in: outbox) == 0)
  }
}
