package import NetsyncModel

/// What the account is known by: enough to notice another one.
package struct AccountSight: Hashable, Sendable {
  /// nil before the first pull.
  package var knownBaseURL: String?
  package var baseURL: String
  /// Networks known from the server.
  package var known: Int
  /// Networks that were listed, as far as it was looked.
  package var listed: Int
  /// Whether any of them is known.
  package var overlaps: Bool

  package init(knownBaseURL: String?, baseURL: String, known: Int, listed: Int, overlaps: Bool) {
    self.knownBaseURL = knownBaseURL
    self.baseURL = baseURL
    self.known = known
    self.listed = listed
    self.overlaps = overlaps
  }
}

/// Whether it is another base URL than last time: nothing has to be asked to know it.
package func isElsewhere(knownBaseURL: String?, baseURL: String) -> Bool {
  knownBaseURL.map { $0 != baseURL } ?? false
}

/// Whether a listing belongs to another account: another base URL than last time, or nothing in common while both have networks (R5).
///
/// An empty listing is a matter of the deletion guards, not of this one.
package func isOtherAccount(_ sight: AccountSight) -> Bool {
  if isElsewhere(knownBaseURL: sight.knownBaseURL, baseURL: sight.baseURL) { return true }
  // mutant: other-account-unnoticed
  return sight.known > 0 && sight.listed > 0 && !sight.overlaps
}

/// Makes certain, page by page, that a key is of the account that the replica is of: another account's knows none of its networks, so a
/// 404 of it is no evidence, and a create there would be a stranger's (R5).
///
/// One page nearly always tells. Where it holds strangers only, as it may in a large account, or after many creates that were not
/// answered, the others are looked through too.
package struct AccountCheck: Hashable, Sendable {
  package enum Verdict: Hashable, Sendable {
    case same, other
    /// It cannot be told yet: this page has to be looked at, and nothing of it is taken in.
    case look(page: Int)
  }

  private var sight: AccountSight
  private let pageSize: Int

  /// - Parameters:
  ///   - knownBaseURL: of the last pull; nil before it.
  ///   - known: networks known from the server.
  package init(knownBaseURL: String?, baseURL: String, known: Int, pageSize: Int) {
    sight = AccountSight(knownBaseURL: knownBaseURL, baseURL: baseURL, known: known, listed: 0, overlaps: false)
    self.pageSize = pageSize
  }

  /// Takes in the next page, the first one first.
  ///
  /// - Parameter overlaps: whether any network on it is known.
  /// - Throws: ``Misunderstanding/tooManyPages(limit:)``.
  package mutating func saw(_ page: PageSight, overlaps: Bool) throws(Misunderstanding) -> Verdict {
    // What cannot be understood may be anybody's.
    sight.listed += page.rows - page.setAside
    sight.overlaps = sight.overlaps || overlaps
    // mutant: strangers-taken-for-our-own
    guard isOtherAccount(sight) else { return .same }
    if !isElsewhere(knownBaseURL: sight.knownBaseURL, baseURL: sight.baseURL),
      try lastPage(after: page, pageSize: pageSize) > page.number
    {
      return .look(page: page.number + 1)
    }
    return .other
  }
}
