package import NetsyncModel

/// What a finished sweep saw, in numbers.
package struct SweepSummary: Hashable, Sendable {
  /// Every page was asked for in this sweep, answered for the number asked, and applied.
  package var isComplete: Bool
  /// Networks known from the server before the sweep.
  package var known: Int
  /// Distinct networks that the sweep listed.
  package var listed: Int
  /// Known networks that the sweep did not list.
  package var missing: Int
  /// Known networks that came with another content than before, in this sweep and in those before it that were not complete.
  package var changed: Int
  /// Of the same sweeps: networks that came with an older `updated_at` than the one we had.
  package var wentBack: Int
  /// The guards that have held removals since the last complete sweep that none held. What changed and what went back is the
  /// base by now, so a sweep cannot see for itself that nobody has approved yet.
  package var unsettledGuards: Set<Guard>

  package init(
    isComplete: Bool,
    known: Int,
    listed: Int,
    missing: Int,
    changed: Int = 0,
    wentBack: Int = 0,
    unsettledGuards: Set<Guard> = []
  ) {
    self.isComplete = isComplete
    self.known = known
    self.listed = listed
    self.missing = missing
    self.changed = changed
    self.wentBack = wentBack
    self.unsettledGuards = unsettledGuards
  }
}

/// What becomes of the networks that a sweep did not list (R4, R5).
package enum Nomination: Hashable, Sendable {
  /// Nothing is missing, or the sweep proves nothing.
  case nobody
  /// Ask for each by its id; remove it on a 404 of the API.
  case confirmEach
  /// Remove nothing until a person approves.
  case hold(Guard)
}

/// Decides what the absence of known networks from a sweep means.
///
/// | complete | known | listed | missing | changed | went back | approved | decision              |
/// |----------|-------|--------|---------|---------|-----------|----------|-----------------------|
/// | no       | 100   | 40     | 60      | 0       | 0         | –        | nobody                |
/// | yes      | 100   | 99     | 1       | 98      | 0         | –        | confirm each          |
/// | yes      | 100   | 79     | 21      | 0       | 0         | –        | hold: too many        |
/// | yes      | 100   | 79     | 21      | 0       | 0         | 21       | confirm each          |
/// | yes      | 3     | 0      | 3       | 0       | 0         | –        | hold: empty listing   |
/// | yes      | 100   | 99     | 1       | 99      | 0         | –        | hold: all changed     |
/// | yes      | 100   | 99     | 1       | 0       | 1         | –        | hold: server went back |
///
/// - Parameter approved: how many removals a person has allowed; nil for the default of max(5, 20 % of the known).
package func nominateDeletions(after sweep: SweepSummary, approved: Int?) -> Nomination {
  guard sweep.isComplete, sweep.missing > 0 else { return .nobody }
  // mutant: removals-never-held
  if let approved {
    return sweep.missing <= approved ? .confirmEach : .hold(.tooMany)
  }
  if sweep.listed == 0 { return .hold(.emptyListing) }
  if sweep.missing == sweep.known { return .hold(.noOverlap) }
  // mutant: restored-server-believed
  if sweep.wentBack > 0 || sweep.unsettledGuards.contains(.wentBack) { return .hold(.wentBack) }
  if sweep.isAllChanged || sweep.unsettledGuards.contains(.allChanged) { return .hold(.allChanged) }
  return sweep.missing <= defaultDeletionLimit(known: sweep.known) ? .confirmEach : .hold(.tooMany)
}

/// Fewer networks than this may all change by chance.
private let fewestAllChanged = 5

extension SweepSummary {
  fileprivate var isAllChanged: Bool { changed >= max(fewestAllChanged, known - missing) }
}

/// How many deletions one batch may carry unasked: max(5, 20 % of the known).
package func defaultDeletionLimit(known: Int) -> Int {
  max(5, known / 5)
}

/// Whether queued deletes may be sent, or wait for a person (R5). `approved` as in ``nominateDeletions(after:approved:)``.
package func guardPushedDeletes(_ deletes: Int, known: Int, approved: Int?) -> Guard? {
  // mutant: deletes-never-held
  deletes <= approved ?? defaultDeletionLimit(known: known) ? nil : .tooMany
}

/// Whether a walk through every page can have been the whole listing.
///
/// - Parameters:
///   - rows: records on all pages together.
///   - totals: the `total_results` of each page that had one. Light writes during the walk move it.
/// - Returns: false where clearly fewer rows came than any page promised.
package func isPlausible(rows: Int, totals: ClosedRange<Int>?) -> Bool {
  guard let totals else { return true }
  let drift = totals.upperBound - totals.lowerBound
  return rows + drift + max(5, totals.lowerBound / 5) >= totals.lowerBound
}
