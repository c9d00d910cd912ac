import NetsyncModel
import NetsyncReconcile

/// base × local edit × recent write × contests × remote sight × clock, each dimension a list and each cell a number; the policy
/// comes on top.
///
/// The lists are closed: what a decision leaves behind is in them again, and so is everything under other names. So each cell is
/// decided once, and what has to hold between two cells is looked up. Whether the sweep is complete is no dimension here, for
/// a listed network is reconciled the same in either; who is not listed is a matter of the nomination.
struct ReconcileSpace: Sendable {
  let documents: [Document]
  let edits: [Edit]
  let sights: [Sight]
  let recentWrites: [RecentWrite] = [.none, .changed, .deleted, .overtook]
  /// One less than a person is asked for, and as many.
  let contests = [Limits.contests - 1, Limits.contests]
  /// Right, ten seconds behind the server's, and not known.
  let clocks = [
    ServerClock(offset: .zero, uncertainty: .milliseconds(500)),
    ServerClock(offset: .seconds(10), uncertainty: .milliseconds(500)),
    .unknown,
  ]

  init() throws {
    let documents = try Document.all()
    self.documents = documents
    edits = Edit.all()
    sights =
      documents.indices.map { Sight(.listed(documents[$0].document), of: $0) }
      + documents.indices.map { Sight(.read(documents[$0].document), of: $0) }
      + [Sight(.gone, of: nil)]
  }

  /// Where a cell is in each dimension. The base is the number of its document and one, or 0 for none.
  struct Cell: Sendable {
    var base: Int
    var edit: Int
    var recentWrite: Int
    var contests: Int
    var sight: Int
    var clock: Int
  }

  func index(of cell: Cell) -> Int {
    let standing =
      ((cell.base * edits.count + cell.edit) * recentWrites.count + cell.recentWrite) * contests.count + cell.contests
    return (standing * sights.count + cell.sight) * clocks.count + cell.clock
  }

  /// Every cell, in the order of ``index(of:)``.
  func forEach(_ body: (Cell) -> Void) {
    for base in 0...documents.count {
      for edit in edits.indices {
        for recentWrite in recentWrites.indices {
          for contests in contests.indices {
            for sight in sights.indices {
              for clock in clocks.indices {
                body(
                  Cell(
                    base: base,
                    edit: edit,
                    recentWrite: recentWrite,
                    contests: contests,
                    sight: sight,
                    clock: clock
                  )
                )
              }
            }
          }
        }
      }
    }
  }

  /// The decision of every cell under a policy.
  func verdicts(under policy: ConflictPolicy) -> [Verdict] {
    var verdicts: [Verdict] = []
    forEach { cell in
      let sight = sights[cell.sight].sight
      let standing = NetworkStanding(
        base: cell.base == 0 ? nil : documents[cell.base - 1].document,
        intent: edits[cell.edit].intent,
        recentWrite: recentWrites[cell.recentWrite],
        contests: contests[cell.contests]
      )
      let decision = reconcile(standing, with: sight, under: policy, clock: clocks[cell.clock])
      verdicts.append(Verdict(decision, about: sight))
    }
    return verdicts
  }

  func describe(_ cell: Cell, _ policy: ConflictPolicy) -> String {
    let base = cell.base == 0 ? "no base" : "base \(documents[cell.base - 1].document)"
    return """
      \(policy), \(base), \(edits[cell.edit].intent), \(recentWrites[cell.recentWrite]), \
      \(contests[cell.contests]) contests, \(sights[cell.sight].sight), \(clocks[cell.clock])
      """
  }
}

// MARK: What the promises look at

extension ReconcileSpace {
  /// Three names that no rule may tell apart, and none.
  static let names = [NetworkName("a"), NetworkName("b"), NetworkName("c")]
  static let nameless = names.count

  struct Document: Sendable {
    let document: NetworkDocument
    /// Among ``names``, or ``nameless``.
    let name: Int
    /// Of `updated_at`; nil where it cannot be ordered.
    let seconds: Int64?
    let isZoned: Bool

    /// For each name a first state, a newer one, another content under the first's stamp, and a stamp without an order; then
    /// two that lack fields.
    static func all() throws -> [Document] {
      var documents: [Document] = []
      for (index, name) in names.enumerated() {
        for (stamp, seconds, zone) in [
          (ServerStamp.at(0), 0, nil), (.at(60), 60, nil), (.at(0), 0, #"{"zone":1}"#),
          (ServerStamp("yesterday"), nil, nil),
        ] as [(ServerStamp, Int64?, String?)] {
          let document = try NetworkDocument.sample(
            name: name.text,
            createdAt: nil,
            updatedAt: stamp,
            unknownFields: zone
          )
          documents.append(Document(document: document, name: index, seconds: seconds, isZoned: zone != nil))
        }
      }
      for (stamp, seconds) in [(.at(60), 60), (nil, nil)] as [(ServerStamp?, Int64?)] {
        var document = try NetworkDocument.sample(createdAt: nil, updatedAt: stamp)
        document.name = nil
        documents.append(Document(document: document, name: nameless, seconds: seconds, isZoned: false))
      }
      return documents
    }

    /// The number of the same document under other names.
    static func renamed(_ number: Int, _ renaming: [Int]) -> Int {
      let perName = 4
      guard number < perName * names.count else { return number }
      return renaming[number / perName] * perName + number % perName
    }
  }

  struct Edit: Sendable {
    enum Kind: Sendable { case none, rename, delete }

    let intent: QueuedIntent
    let kind: Kind
    /// The name asked for, for a rename.
    let wanted: Int
    let baseName: Int
    /// On the host's clock.
    let seconds: Int64

    /// None; then each rename and each deletion, made on each name and on none, at once with the first state and after it.
    static func all() -> [Edit] {
      var edits = [Edit(intent: .none, kind: .none, wanted: nameless, baseName: nameless, seconds: 0)]
      for wanted in 0...names.count {
        for baseName in 0...names.count {
          for seconds in times { edits.append(edit(wanting: wanted, on: baseName, at: seconds)) }
        }
      }
      return edits
    }

    private static let times: [Int64] = [0, 30]

    /// - Parameter wanted: ``nameless`` for a deletion.
    private static func edit(wanting wanted: Int, on baseName: Int, at seconds: Int64) -> Edit {
      let base = baseName == nameless ? nil : names[baseName]
      let intent: QueuedIntent =
        wanted == nameless
        ? .delete(baseName: base, editedAt: .at(seconds))
        : .rename(to: names[wanted], baseName: base, editedAt: .at(seconds))
      return Edit(
        intent: intent,
        kind: wanted == nameless ? .delete : .rename,
        wanted: wanted,
        baseName: baseName,
        seconds: seconds
      )
    }

    private static func number(wanting wanted: Int, on baseName: Int, at seconds: Int64) -> Int {
      1 + (wanted * (names.count + 1) + baseName) * times.count + (seconds == times[0] ? 0 : 1)
    }

    /// The number of the same edit, made on another name.
    func number(on name: Int) -> Int {
      kind == .none ? 0 : Self.number(wanting: wanted, on: name, at: seconds)
    }

    /// The number of the same edit under other names.
    func numberRenamed(_ renaming: [Int]) -> Int {
      kind == .none ? 0 : Self.number(wanting: renaming[wanted], on: renaming[baseName], at: seconds)
    }
  }

  struct Sight: Sendable {
    let sight: RemoteSight
    /// The number of the document; nil where the network is gone.
    let document: Int?
    let isListed: Bool

    init(_ sight: RemoteSight, of document: Int?) {
      self.sight = sight
      self.document = document
      isListed = if case .listed = sight { true } else { false }
    }
  }

  /// A decision without the document that it carries.
  struct Verdict: Hashable, Sendable {
    enum Base: Hashable, Sendable {
      case keep, ignoreStale, remove
      case accept(BaseChange)
      /// Another document than the one that was seen.
      case acceptForeign
    }

    let base: Base
    let edit: EditDecision

    init(_ decision: NetworkDecision, about sight: RemoteSight) {
      edit = decision.edit
      base =
        switch decision.base {
        case .keep: .keep
        case .ignoreStale: .ignoreStale
        case .remove: .remove
        case .accept(let document, let change): document == sight.document ? .accept(change) : .acceptForeign
        }
    }
  }
}
