import NetsyncModel
import NetsyncReconcile

/// One cell of base × local intent × remote sight × recent write: all that reconciling looks at, but for the policy.
struct ReconcileCell {
  var standing: NetworkStanding
  var sight: RemoteSight
  /// When the edit was made; nil where there is none.
  var edited: EditTime?

  /// The time of an edit beside the time of their change.
  enum EditTime: CaseIterable {
    case earlier, later, close
  }

  /// Ten seconds ahead of this host, known to within half a second.
  static let clock = ServerClock(offset: .seconds(10), uncertainty: .milliseconds(500))

  func decision(under policy: ConflictPolicy) -> NetworkDecision {
    reconcile(standing, with: sight, under: policy, clock: Self.clock)
  }
}

extension ReconcileCell {
  /// Every combination.
  static func all() throws -> [ReconcileCell] {
    let base = try NetworkDocument.sample(name: "base")
    var cells: [ReconcileCell] = []
    for sight in try sights() {
      for (intent, edited) in intents(beside: sight) {
        for known in [nil, base] {
          for recentWrite in [RecentWrite.none, .changed, .deleted, .overtook] {
            let standing = NetworkStanding(base: known, intent: intent, recentWrite: recentWrite)
            cells.append(ReconcileCell(standing: standing, sight: sight, edited: edited))
          }
        }
      }
    }
    return cells
  }

  private static func sights() throws -> [RemoteSight] {
    let documents: [NetworkDocument] = [
      try .sample(name: "base"),
      try .sample(name: "base", updatedAt: .at(60)),
      try .sample(name: "base", updatedAt: .at(-60)),
      try .sample(name: "other", updatedAt: .at(60)),
      try .sample(name: "other", updatedAt: .at(-60)),
      try .sample(name: "other"),
      try .sample(name: "base", unknownFields: #"{"zone":1}"#),
      try .sample(name: "base", createdAt: nil, updatedAt: nil),
      try .sample(name: "other", createdAt: nil, updatedAt: nil),
      try .sample(name: "other", updatedAt: ServerStamp("yesterday")),
    ]
    return documents.map(RemoteSight.listed) + documents.map(RemoteSight.read) + [.gone]
  }

  /// No edit; a rename to a new name, to the base's and to the other's, and a delete, each made on the base's name and on
  /// no name, and each earlier and later than their change, and close to it.
  private static func intents(beside sight: RemoteSight) -> [(StandingIntent, EditTime?)] {
    var intents: [(StandingIntent, EditTime?)] = [(.none, nil)]
    let theirs = sight.document?.updatedAt?.instant ?? .at(0)
    for time in EditTime.allCases {
      let editedAt = clock.hostTime(theirs) + time.distance
      for baseName in [NetworkName("base"), nil] {
        for name in ["mine", "base", "other"] {
          intents.append((.rename(to: NetworkName(name), baseName: baseName, editedAt: editedAt), time))
        }
        intents.append((.delete(baseName: baseName, editedAt: editedAt), time))
      }
    }
    return intents
  }
}

extension ReconcileCell.EditTime {
  /// From their change to the edit, on one clock.
  fileprivate var distance: Duration {
    switch self {
    case .earlier: .seconds(-3_600)
    case .later: .seconds(3_600)
    case .close: .milliseconds(200)
    }
  }
}

extension NetworkStanding {
  /// What stands when a decision about `sight` has been carried out.
  func applying(_ decision: NetworkDecision, about sight: RemoteSight) -> NetworkStanding {
    var standing = self
    switch decision.base {
    case .keep, .ignoreStale: break
    case .accept(let document, _): standing.base = document
    case .remove: standing.base = nil
    }
    switch decision.edit {
    case .goesOn, .conflict: break
    case .none, .satisfied, .yields: standing.intent = .none
    case .prevails: standing.intent = standing.intent.onto(sight.document?.name)
    }
    return standing
  }
}

extension StandingIntent {
  /// The same edit, made on another name.
  fileprivate func onto(_ baseName: NetworkName?) -> StandingIntent {
    switch self {
    case .none: .none
    case .rename(let name, _, let editedAt): .rename(to: name, baseName: baseName, editedAt: editedAt)
    case .delete(_, let editedAt): .delete(baseName: baseName, editedAt: editedAt)
    }
  }
}
