package import NetsyncModel

/// What one page says of the listing that it is of.
package struct PageSight: Hashable, Sendable {
  package var number: Int
  /// Records, whether or not they can be understood.
  package var rows: Int
  /// Of these, records that cannot.
  package var setAside: Int
  /// nil where it does not say, as for the others.
  package var totalPages: Int?
  package var totalResults: Int?
  /// Byte for byte the page that is known.
  package var isUnchanged: Bool

  package init(
    _ number: Int,
    rows: Int,
    setAside: Int = 0,
    totalPages: Int? = nil,
    totalResults: Int? = nil,
    isUnchanged: Bool = false
  ) {
    self.number = number
    self.rows = rows
    self.setAside = setAside
    self.totalPages = totalPages
    self.totalResults = totalResults
    self.isUnchanged = isUnchanged
  }
}

/// The last page of a listing, as far as this page tells: itself, or a later one.
///
/// Where it does not say how long the listing is, a page that is not full is the last.
///
/// | page | rows of 250 | total pages | last page |
/// |------|-------------|-------------|-----------|
/// | 3    | 250         | 9           | 9         |
/// | 3    | 250         | 3           | 3         |
/// | 3    | 0           | 9           | 9         |
/// | 3    | 250         | –           | 4         |
/// | 3    | 249         | –           | 3         |
///
/// - Parameter limit: how many pages such a listing may have.
/// - Throws: ``Misunderstanding/tooManyPages(limit:)``.
package func lastPage(
  after page: PageSight,
  pageSize: Int,
  limit: Int = Limits.pages
) throws(Misunderstanding) -> Int {
  // mutant: later-pages-left-out
  let isLast = page.totalPages.map { page.number >= $0 } ?? (page.rows < pageSize)
  let last = isLast ? page.number : max(page.totalPages ?? 0, page.number + 1)
  guard last <= limit else { throw .tooManyPages(limit: limit) }
  return last
}

/// The pages of a listing, as a look for a create reads them (R6): what is listed under its name, or everything.
///
/// Of the networks only those are kept that may be what a server made of the create; other names may be among them whatever the
/// filter, which may be substring or exact.
package struct CreateListing: Hashable, Sendable {
  package private(set) var networks: [NetworkDocument] = []
  private let forms: NameForms
  private var ids: Set<NetworkID> = []
  private var rows = 0
  private var setAside = 0
  /// The page that is the last by what the pages say.
  private var end = 1
  /// What its pages said of their number.
  private var totals: ClosedRange<Int>?

  package init(of name: NetworkName) {
    forms = NameForms(of: name)
  }

  /// Why it proves nothing; nil where it agrees with itself: no row came twice, each could be understood, and there are as many as every
  /// page says.
  package var contradiction: String? {
    if let totals, totals.lowerBound != rows || totals.upperBound != rows {
      let other = totals.lowerBound == rows ? totals.upperBound : totals.lowerBound
      return "a listing contradicts itself: it has \(rows) networks and speaks of \(other)"
    }
    if setAside > 0 { return "\(setAside) records of a listing cannot be understood" }
    return ids.count < rows ? "a listing has one network twice" : nil
  }

  package var isWhole: Bool { contradiction == nil }
  /// While rows shift between pages, one can slip through without a contradiction: of several pages, one walk may not have shown all.
  package var mayHide: Bool { end > 1 }
  /// What it shows of the create.
  package var sight: CreateSight { CreateSight(networks, contradiction: contradiction) }

  /// The same, with what an earlier walk through the same listing has shown.
  package func joined(with earlier: CreateListing) -> CreateListing {
    var joined = self
    joined.networks += earlier.networks
    return joined
  }

  /// Takes in the next page.
  ///
  /// - Returns: the page to ask for next; nil where the listing ends, which is not after a full page, whatever that says of its end.
  /// - Throws: ``Misunderstanding/tooManyPages(limit:)``.
  package mutating func took(
    _ page: PageSight,
    _ records: [NetworkDocument],
    pageSize: Int
  ) throws(Misunderstanding) -> Int? {
    rows += page.rows
    setAside += page.setAside
    ids.formUnion(records.map(\.id))
    networks += records.filter { forms.include($0.name) }
    if let total = page.totalResults {
      totals = min(totals?.lowerBound ?? total, total)...max(totals?.upperBound ?? total, total)
    }
    end = try lastPage(after: page, pageSize: pageSize)
    return end > page.number || page.rows >= pageSize ? page.number + 1 : nil
  }

  /// Whether a failure says no more than that there is no page after the last.
  package func ends(with failure: APIFailure, at page: Int) -> Bool {
    if case .refused = failure { page > end } else { false }
  }
}
