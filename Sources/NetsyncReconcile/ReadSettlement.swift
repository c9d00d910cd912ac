package import NetsyncModel

/// How far an edit has come.
package enum EditProgress: Hashable, Sendable {
  /// It waits, or is on its way.
  case open
  case settled(Settlement)
  /// No edit has this number, or what became of it is no longer kept.
  case unknown
}

/// Tells how far an edit has come, from its place in the outbox and, where it has none any more, from the last that the journal
/// tells of it.
///
/// | in the outbox                   | the journal's last          | answer                        |
/// |---------------------------------|-----------------------------|-------------------------------|
/// | waiting, sending                | –                           | open                          |
/// | in doubt                        | –                           | open                          |
/// | in doubt, a person decides      | –                           | undecided                     |
/// | conflict, held, refused         | –                           | the same                      |
/// | no                              | sent, adopted, satisfied    | sent                          |
/// | no                              | yielded, discarded, refused | the same                      |
/// | no                              | superseded, resolved        | superseded                    |
/// | no                              | anything else, or nothing   | unknown                       |
///
/// The outbox comes first: an edit that was refused and retried has been refused in the journal, and is open all the same. One that
/// is resolved and no longer there was for a network that is gone: another edit makes it anew.
///
/// Total and pure.
package func progress(of operation: OutboxOperation?, lastTold change: JournalChange?) -> EditProgress {
  if let operation { return progress(of: operation) }
  guard let change else { return .unknown }
  switch change.kind {
  case .sent, .adopted, .satisfied:
    return .settled(.sent(id: change.id, name: change.after))
  case .yielded:
    return .settled(.yielded(to: change.after))
  case .refused:
    return .settled(.refused(APIErrorDetail(change.evidence)))
  case .superseded, .resolved:
    return .settled(.superseded(by: change.evidence.supersededBy.map(EditNumber.init)))
  case .discarded:
    return .settled(.discarded)
  case .created, .renamed, .deleted, .changed, .wentBack, .setAside, .lost, .conflict, .prevailed:
    return .unknown
  }
}

private func progress(of operation: OutboxOperation) -> EditProgress {
  switch operation.state {
  case .waiting, .sending: .open
  case .inDoubt(let doubt): doubt.isUndecided ? .settled(.undecided(doubt.candidates)) : .open
  case .conflict(let kind): .settled(.conflict(kind))
  case .held: .settled(.held)
  case .refused: .settled(.refused(operation.failure ?? APIErrorDetail()))
  }
}

extension APIErrorDetail {
  /// As far as the journal keeps it.
  fileprivate init(_ evidence: Evidence) {
    self.init(status: evidence.status, code: evidence.code, title: evidence.title, detail: evidence.detail)
  }
}
