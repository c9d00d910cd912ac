package import NetsyncModel

/// What is done next in a sweep.
package enum SweepStep: Hashable, Sendable {
  /// Ask for these pages, and take in what comes. Then ``SweepProgress/arrived(_:)``.
  case ask([Int])
  /// The walk is at the end of the listing: count. Then ``SweepProgress/checkPlausible()`` and
  /// ``SweepProgress/tookStock(_:)``. Pages past `lastPage` have
  /// left the listing.
  case takeStock(lastPage: Int)
  /// Ask for the first page once more, and walk again. Then ``SweepProgress/begin(_:)``.
  case walkAgain
  /// Nothing is left to ask for.
  case end
}

/// What a walk has come to, when all of its pages are taken in.
package struct SweepStock: Hashable, Sendable {
  /// Distinct networks that the sweep has listed.
  package var listed: Int
  /// Known networks that it did not list.
  package var missing: Int
  /// What the sweeps before it leave it to answer for.
  package var unsettled: UnsettledSweeps

  package init(listed: Int, missing: Int, unsettled: UnsettledSweeps) {
    self.listed = listed
    self.missing = missing
    self.unsettled = unsettled
  }
}

/// What a person has approved of beforehand.
package struct SweepApproval: Hashable, Sendable {
  /// Removals; nil for the default limit.
  package var maximumDeletes: Int?
  /// Another account is meant.
  package var acceptsAccount: Bool

  package init(maximumDeletes: Int? = nil, acceptsAccount: Bool = false) {
    self.maximumDeletes = maximumDeletes
    self.acceptsAccount = acceptsAccount
  }
}

/// How far a sweep has come: which pages to ask for next, whether they were the whole listing, and what is missing from it (R4, R5).
///
/// A state machine without a clock and without I/O: each event gives back the next ``SweepStep``. A walk asks for every page of the
/// listing once. A sweep walks again, up to ``walks`` times, until the replica has as many networks as the server speaks of: while rows
/// shift between pages, a network that nobody knew can slip through. Two walks that see the same end it too, for then the total is wrong.
///
/// Whatever fails ends the sweep: it is then not complete, and nobody was nominated since.
package struct SweepProgress: Hashable, Sendable {
  /// How often the listing is walked when it seems to hide something.
  package static let walks = 5

  /// Networks known from the server before the sweep.
  package let known: Int
  /// Pages that the sweep before this one reached before it was cut short: they come last.
  private let reached: Set<Int>
  private let approval: SweepApproval
  private let pageSize: Int

  /// The listing is another account's, and that is what a person approved of.
  package private(set) var takesAccount = false
  package private(set) var counts = SweepCounts()
  /// What holds the removals.
  package private(set) var held: Guard?
  /// The replica has every network that the server speaks of.
  package private(set) var isWhole = false
  /// The sweep came to its end: everything was asked for.
  package private(set) var isFinished = false
  /// It came to its end, and can say what is missing: what was listed was understood to the last record.
  package var isComplete: Bool {
    // mutant: unreadable-record-taken-for-none
    isFinished && isWhole && setAside == 0
  }
  /// Records that could not be understood, of networks and of interfaces.
  package var setAside: Int { unreadNetworks + unreadInterfaces }

  // Of the walk under way.
  private var walk = 0
  private var lastPage = 0
  private var pending: [Int] = []
  /// Rows on its pages together: a network may be among them twice.
  private var rows = 0
  /// The totals that its pages spoke of. Light writes during the walk move them.
  private var totals: ClosedRange<Int>?
  /// A page was another than before.
  private var hasMoved = false
  /// Networks that it listed and that were not taken in.
  private var withheld: Set<NetworkID> = []
  /// Records on its pages that could not be understood: each may be any network.
  private var unreadNetworks = 0
  private var unreadInterfaces = 0

  package init(known: Int, reached: Set<Int> = [], approval: SweepApproval = SweepApproval(), pageSize: Int) {
    self.known = known
    self.reached = reached
    self.approval = approval
    self.pageSize = pageSize
  }

  /// Rows so far, and how many the server speaks of.
  package var walked: (rows: Int, total: Int?) { (rows, totals?.upperBound) }

  // MARK: The account

  /// Whose listing it is.
  ///
  /// - Returns: whether anything of it may be taken in.
  package mutating func admit(isOtherAccount: Bool) -> Bool {
    guard isOtherAccount else { return true }
    guard approval.acceptsAccount else {
      held = .otherAccount
      counts.held = known
      return false
    }
    takesAccount = true
    return true
  }

  // MARK: A walk

  /// A walk begins with the first page of the listing.
  ///
  /// - Throws: ``Misunderstanding/tooManyPages(limit:)``.
  package mutating func begin(_ first: PageSight) throws(Misunderstanding) -> SweepStep {
    walk += 1
    rows = 0
    totals = nil
    hasMoved = false
    withheld = []
    unreadNetworks = 0
    note(first)
    lastPage = try NetsyncReconcile.lastPage(after: first, pageSize: pageSize)
    let rest = Array(2..<(lastPage + 1))
    // Only the first walk carries on where another sweep was cut short.
    // mutant: pages-of-an-earlier-sweep-left-out
    pending = walk == 1 ? rest.filter { !reached.contains($0) } + rest.filter { reached.contains($0) } : rest
    return next()
  }

  /// Pages that were asked for have come, in whatever order.
  ///
  /// - Throws: ``Misunderstanding/tooManyPages(limit:)``.
  package mutating func arrived(_ pages: [PageSight]) throws(Misunderstanding) -> SweepStep {
    for page in pages.sorted(by: { $0.number < $1.number }) {
      note(page)
      guard page.number == lastPage else { continue }
      // The listing grew while it was walked, or never said how long it is.
      let end = try NetsyncReconcile.lastPage(after: page, pageSize: pageSize)
      pending += (lastPage + 1)..<(end + 1)
      lastPage = end
    }
    return next()
  }

  private mutating func note(_ page: PageSight) {
    if !page.isUnchanged { hasMoved = true }
    rows += page.rows
    unreadNetworks += page.setAside
    // A total that no account can have says nothing.
    guard let total = page.totalResults, (0...Limits.pages * pageSize).contains(total) else { return }
    totals = totals.map { min($0.lowerBound, total)...max($0.upperBound, total) } ?? total...total
  }

  private mutating func next() -> SweepStep {
    guard !pending.isEmpty else { return .takeStock(lastPage: lastPage) }
    defer { pending = [] }
    return .ask(pending)
  }

  /// Pages were taken in.
  package mutating func took(_ tally: PageTally) {
    counts.new += tally.new
    counts.changed += tally.changed
    counts.wentBack += tally.wentBack
    withheld.formUnion(tally.withheld)
  }

  // MARK: The end of a walk

  /// All pages of the walk are taken in: can they have been the whole listing?
  ///
  /// - Throws: ``Misunderstanding/implausible(reason:)``: nobody is nominated then.
  package func checkPlausible() throws(Misunderstanding) {
    guard !isPlausible(rows: rows, totals: totals) else { return }
    throw .implausible(reason: "the pages hold \(rows) networks, the server speaks of \(totals?.lowerBound ?? 0)")
  }

  /// Everything that was listed is taken in: what of the missing networks?
  package mutating func tookStock(_ stock: SweepStock) -> Nomination {
    counts.listed = stock.listed
    let summary = SweepSummary(
      isComplete: unreadNetworks == 0,
      known: known,
      listed: stock.listed,
      // What an earlier walk of this sweep has removed was missing too.
      missing: stock.missing == 0 ? 0 : counts.gone + stock.missing,
      changed: stock.unsettled.changed + counts.changed,
      wentBack: stock.unsettled.wentBack + counts.wentBack,
      unsettledGuards: stock.unsettled.guards
    )
    let nomination = nominateDeletions(after: summary, approved: approved(stock.unsettled))
    if case .hold(let reason) = nomination {
      held = reason
      counts.held = stock.missing
    }
    return nomination
  }

  /// Whoever takes another account lets go of the one that was there, in this sweep or in the next that finishes it.
  private func approved(_ unsettled: UnsettledSweeps) -> Int? {
    let takesAccount = takesAccount || approval.acceptsAccount && unsettled.guards.contains(.otherAccount)
    return takesAccount ? max(known, approval.maximumDeletes ?? 0) : approval.maximumDeletes
  }

  /// A missing network was asked for by its id, and is removed.
  package mutating func removed() { counts.gone += 1 }

  /// The missing are dealt with.
  ///
  /// - Parameter known: networks that are known from the server by now.
  package mutating func settled(known: Int) -> SweepStep {
    let listed = known + withheld.count + unreadNetworks
    isWhole = listed >= totals?.lowerBound ?? 0 || (walk > 1 && !hasMoved)
    return isWhole || held != nil || walk == Self.walks ? .end : .walkAgain
  }

  // MARK: Interfaces

  /// Interface lists were read to their ends.
  ///
  /// - Parameters:
  ///   - count: interfaces on them.
  ///   - setAside: records that could not be understood.
  package mutating func tookInterfaces(_ count: Int, setAside: Int = 0) {
    counts.interfaces += count
    unreadInterfaces += setAside
  }

  /// Every network's interfaces were asked for, or nobody asked for them.
  package mutating func finish() { isFinished = true }
}

/// What taking pages in did. What a page showed before counts no more, so a page that comes twice counts once.
package struct PageTally: Hashable, Sendable {
  /// As in ``SweepCounts``.
  package private(set) var new = 0
  package private(set) var changed = 0
  package private(set) var wentBack = 0
  /// Networks that were listed and not taken in, for each may be a create without an answer.
  package private(set) var withheld: Set<NetworkID> = []

  package init() {}

  package mutating func countNew() { new += 1 }

  package mutating func countWithheld(_ id: NetworkID) { withheld.insert(id) }

  /// - Parameter before: the base that the sight was held against.
  package mutating func count(_ change: BaseChange?, of document: NetworkDocument, before: NetworkDocument?) {
    switch change {
    case nil, .restamped: break
    case .appeared: new += 1
    case .renamed, .changed: changed += 1
    case .wentBack:
      wentBack += 1
      if before?.hasContent(of: document) == false { changed += 1 }
    }
  }
}

/// What the sweeps before one leave it to answer for: those since the last complete one whose removals no guard held.
package struct UnsettledSweeps: Hashable, Sendable {
  /// Of the sweeps that were not complete, since the last that was.
  package private(set) var changed = 0
  package private(set) var wentBack = 0
  /// What held the removals of those that were.
  package private(set) var guards: Set<Guard> = []

  /// A sweep that has ended, or died.
  package struct Past: Hashable, Sendable {
    package var isComplete: Bool
    package var changed: Int
    package var wentBack: Int
    package var held: Guard?

    package init(isComplete: Bool, changed: Int = 0, wentBack: Int = 0, held: Guard? = nil) {
      self.isComplete = isComplete
      self.changed = changed
      self.wentBack = wentBack
      self.held = held
    }
  }

  package init() {}

  /// - Parameter sweeps: newest first.
  package init(_ sweeps: some Sequence<Past>) {
    for sweep in sweeps.prefix(while: { !$0.isComplete || $0.held != nil }).reversed() {
      if let held = sweep.held { guards.insert(held) }
      changed = sweep.isComplete ? 0 : changed + sweep.changed
      wentBack = sweep.isComplete ? 0 : wentBack + sweep.wentBack
    }
  }
}
