package import NetsyncModel

/// What one page says of the listing that it is of.
package struct PageSight: Hashable, Sendable {
  package var number: Int
  package var rows: Int
  /// nil where it does not say, as for the others.
  package var totalPages: Int?
  package var totalResults: Int?
  /// Byte for byte the page that is known.
  package var isUnchanged: Bool

  package init(
    _ number: Int,
    rows: Int,
    totalPages: Int? = nil,
    totalResults: Int? = nil,
    isUnchanged: Bool = false
  ) {
    self.number = number
    self.rows = rows
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
/// - Throws: ``Misunderstanding/tooManyPages(limit:)``.
package func lastPage(after page: PageSight, pageSize: Int) throws(Misunderstanding) -> Int {
  // mutant: later-pages-left-out
  let isLast = page.totalPages.map { page.number >= $0 } ?? (page.rows < pageSize)
  let last = isLast ? page.number : max(page.totalPages ?? 0, page.number + 1)
  guard last <= Limits.pages else { throw .tooManyPages(limit: Limits.pages) }
  return last
}

/// The pages of one name's listing, as a look for a create reads them (R6): other names may be among them, for the server's filter
/// may be substring or exact.
package struct NamesakeListing: Hashable, Sendable {
  package private(set) var networks: [NetworkDocument] = []
  /// The most networks that a page spoke of, where there was more than one page.
  private var announced = 0

  package init() {}

  /// No row came twice, and none was announced that did not come: while rows shift between pages, one can slip through.
  package var isWhole: Bool { Set(networks.map(\.id)).count == networks.count && networks.count >= announced }

  /// Takes in the next page.
  ///
  /// - Returns: the page to ask for next; nil where the listing ends.
  /// - Throws: ``Misunderstanding/tooManyPages(limit:)``.
  package mutating func took(
    _ page: PageSight,
    _ records: [NetworkDocument],
    pageSize: Int
  ) throws(Misunderstanding) -> Int? {
    networks += records
    if page.number > 1 || page.totalPages ?? 1 > 1 { announced = max(announced, page.totalResults ?? 0) }
    return try lastPage(after: page, pageSize: pageSize) > page.number ? page.number + 1 : nil
  }
}
