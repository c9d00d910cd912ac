package import NetsyncModel

/// An edit as a saved plan has it.
package struct PlannedEdit: Hashable, Sendable {
  package var edit: EditNumber
  package var intent: Intent
  package var baseName: NetworkName?

  package init(edit: EditNumber, intent: Intent, baseName: NetworkName?) {
    self.edit = edit
    self.intent = intent
    self.baseName = baseName
  }

  /// As it stands in the outbox now.
  package init(_ operation: OutboxOperation) {
    self.init(edit: operation.edit, intent: operation.intent, baseName: operation.base?.name)
  }

  /// Whether the outbox still holds just this: neither the edit nor what it was made upon has changed.
  fileprivate func isStill(_ operation: OutboxOperation) -> Bool {
    edit == operation.edit && intent == operation.intent && baseName == operation.base?.name
  }
}

/// Which edits a push is about: all, those of one network, or those of a plan that was saved.
package struct PushScope: Hashable, Sendable {
  package var only: NetworkKey?
  package var planned: [PlannedEdit]?

  package init(only: NetworkKey? = nil, planned: [PlannedEdit]? = nil) {
    self.only = only
    self.planned = planned
  }

  /// Whether a push is about an edit, whatever has become of it.
  package func isAbout(_ operation: OutboxOperation) -> Bool {
    if let only, operation.network != only { return false }
    return planned?.contains { $0.edit == operation.edit } != false
  }

  /// The edits that it sends: a planned one only where it is still what was planned.
  package func operations(of outbox: [OutboxOperation]) -> [OutboxOperation] {
    outbox.filter { operation in isAbout(operation) && planned?.contains { $0.isStill(operation) } != false }
  }

  /// Planned edits that are no longer what was planned.
  package func moved(in outbox: [OutboxOperation]) -> Int {
    guard let planned else { return 0 }
    return planned.count - Set(operations(of: outbox).map(\.edit)).count
  }
}
