/// Every transaction that writes, by name (R13). A process may die before, within or after any of them, and the next run
/// carries on. What brings the schema up to date or begins anew stands apart: nobody syncs meanwhile.
package enum DurableStep: String, CaseIterable, Sendable {
  // Edits and decisions of people.
  case queueCreate, queueEdit, discardEdit, retryEdit, adopt, resolveConflict, undo
  // A cycle.
  case recover, bind, keepQuiet, rememberServer, compactJournal
  // A pull.
  case beginSweep, dropIndexes, applyPages, buildIndex, trimPages, observe, replaceInterfaces, endSweep
  // A push.
  case holdDeletes, arm, settle, resolveCreate

  /// What somebody has asked for here and now, and would be lost.
  var isEdit: Bool {
    switch self {
    case .queueCreate, .queueEdit, .discardEdit, .retryEdit, .adopt, .resolveConflict, .undo: true
    case .recover, .bind, .keepQuiet, .rememberServer, .compactJournal, .beginSweep, .dropIndexes, .applyPages,
      .buildIndex, .trimPages, .observe, .replaceInterfaces, .endSweep, .holdDeletes, .arm, .settle, .resolveCreate:
      false
    }
  }
}

/// What is about to be done to the database, or was just done.
package enum ReplicaAccess: Hashable, Sendable {
  case read
  case begin(DurableStep)
  /// All is written and nothing committed: an error now undoes it.
  case committing(DurableStep)
  case committed(DurableStep)
}

/// Asked at every access. What it throws, the access fails with: how a simulation lets a process die, a disk fill up, or a
/// file be busy, at every durable step.
package typealias StepGate = @Sendable (ReplicaAccess) throws(ReplicaError) -> Void
