import NetsyncModel
import NetsyncReconcile
import Testing

/// The shipped sweep over every short listing: how its pages come, what they say of its length, and where it fails.
struct SweepWalkTests {
  @Test func `no sweep that did not see the whole listing says what is missing`() {
    var walk = Walk("sweep")
    for pages in 0...10 {
      for totals in ListedPages.Totals.allCases {
        for growth in [0, 1] {
          for order in SweepCell.Order.allCases {
            for failure in [nil, 1, 2, pages] as [Int?] {
              for isKnown in [false, true] {
                for hidden in 0...2 {
                  let listing = ListedPages(pages: pages, totals: totals, growth: growth, isKnown: isKnown)
                  SweepCell(listing: listing, order: order, failure: failure, hidden: hidden).check(&walk)
                }
              }
            }
          }
        }
      }
    }
    walk.conclude()
  }
}

/// A listing of full pages of two, the last one with one row.
private struct ListedPages: Sendable {
  /// What its pages say of how long it is.
  enum Totals: CaseIterable {
    case right, none, onlyResults, onlyPages
    /// Each page speaks of one network more than there is.
    case oneMore
    /// Each page speaks of far more than there are.
    case absurd, manyMore
  }

  var pages: Int
  var totals: Totals
  /// So many pages are added at the end once the walk has come there, in the first walk.
  var growth: Int
  var isKnown: Bool

  static let pageSize = 2

  func rows(_ pages: Int) -> Int { max(0, pages * Self.pageSize - 1) }

  /// - Parameter pages: how many there are by now.
  func page(_ number: Int, of pages: Int) -> PageSight {
    let rows = number < pages ? Self.pageSize : number == pages ? Self.pageSize - 1 : 0
    let all = self.rows(pages)
    let (totalPages, totalResults): (Int?, Int?) =
      switch totals {
      case .right: (pages, all)
      case .none: (nil, nil)
      case .onlyResults: (nil, all)
      case .onlyPages: (pages, nil)
      case .oneMore: (pages, all + 1)
      case .manyMore: (pages, all + 100)
      case .absurd: (pages, Int.max)
      }
    return PageSight(number, rows: rows, totalPages: totalPages, totalResults: totalResults, isUnchanged: isKnown)
  }
}

/// One course of a sweep.
private struct SweepCell {
  /// In which order the pages of a step come.
  enum Order: CaseIterable { case rising, falling }

  let listing: ListedPages
  let order: Order
  /// The page that cannot be read, if one cannot.
  let failure: Int?
  /// Networks that the server speaks of and that the replica does not get, because rows shift.
  let hidden: Int

  private struct Course {
    var progress: SweepProgress
    /// The pages that each walk asked for.
    var asked: [[Int]] = []
    var nominations: [Nomination] = []
    var failed = false
    var steps = 0
  }

  func check(_ walk: inout Walk) {
    walk.enter()
    let course = run(reached: [])
    func expect(_ promise: String, _ holds: Bool) {
      walk.expect(promise, holds, in: "\(listing), \(order), \(String(describing: failure)), \(hidden): \(course)")
    }
    expect("it comes to an end", course.steps < 100)
    expect("it walks no more often than it may", course.asked.count <= SweepProgress.walks)
    for pages in course.asked {
      expect("no page is asked for twice in one walk", Set(pages).count == pages.count)
      expect("no page is left out", course.failed || Set(pages) == Set(1...(pages.max() ?? 1)))
    }
    expect(
      "where a page does not come, nobody is nominated after it",
      !course.failed || course.nominations.count < course.asked.count
    )
    expect("a sweep that failed is not complete", !course.failed || !course.progress.isComplete)
    expect("complete is what has the whole", !course.progress.isComplete || course.progress.isWhole)
    if listing.totals == .manyMore, listing.pages > 0 {
      expect("a listing that promised far more is no evidence", course.failed && course.nominations.isEmpty)
    }
    if !course.failed, hidden == 0, listing.totals != .oneMore {
      expect(
        "a listing that came whole is complete, in one walk",
        course.progress.isComplete && course.asked.count == 1
      )
    }
    if !course.failed, hidden > 0, !listing.isKnown, listing.totals == .right, listing.pages > 0, listing.growth == 0 {
      expect(
        "what changes with every walk is not complete",
        !course.progress.isComplete && course.asked.count == SweepProgress.walks
      )
    }
    if !course.failed, hidden > 0, listing.isKnown, listing.pages > 0 {
      expect("two walks that see the same are all there is", course.progress.isComplete)
    }
    checkResumed(course, expect)
  }

  /// A sweep that takes up another asks for the same pages, those first that were not reached.
  private func checkResumed(_ course: Course, _ expect: (String, Bool) -> Void) {
    guard failure == nil else { return }
    let resumed = run(reached: [2, 3])
    expect("a sweep that takes up another asks for as much", resumed.asked.map(Set.init) == course.asked.map(Set.init))
    expect(
      "and comes to the same",
      resumed.progress.isComplete == course.progress.isComplete && resumed.nominations == course.nominations
    )
    let rest = (resumed.asked.first ?? []).dropFirst()
    if let first = rest.firstIndex(where: { [2, 3].contains($0) }), listing.growth == 0, listing.totals == .right {
      expect("what was not reached comes first", rest[first...].allSatisfy { [2, 3].contains($0) })
    }
  }

  private func run(reached: Set<Int>) -> Course {
    var course = Course(progress: SweepProgress(known: 100, reached: reached, pageSize: ListedPages.pageSize))
    do throws(Misunderstanding) {
      try run(&course)
    } catch {
      course.failed = true
    }
    return course
  }

  private func run(_ course: inout Course) throws(Misunderstanding) {
    var pages = listing.pages
    course.asked = [[1]]
    guard failure != 1 else { return course.failed = true }
    var step = try course.progress.begin(listing.page(1, of: pages))
    while course.steps < 100 {
      course.steps += 1
      switch step {
      case .ask(let numbers):
        course.asked[course.asked.count - 1] += numbers
        if let failure, numbers.contains(failure) { return course.failed = true }
        if course.asked.count == 1, numbers.contains(listing.pages) { pages = listing.pages + listing.growth }
        let sights = numbers.map { listing.page($0, of: pages) }
        step = try course.progress.arrived(order == .rising ? sights : sights.reversed())
      case .takeStock:
        try course.progress.checkPlausible()
        let stock = SweepStock(listed: listing.rows(pages), missing: 3, unsettled: UnsettledSweeps())
        course.nominations.append(course.progress.tookStock(stock))
        step = course.progress.settled(known: listing.rows(pages) - hidden)
      case .walkAgain:
        course.asked.append([1])
        step = try course.progress.begin(listing.page(1, of: pages))
      case .end:
        course.progress.finish()
        return
      }
    }
  }
}
