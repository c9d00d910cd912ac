import Testing

@testable import NetsyncCLI

struct TableLayoutTests {
  typealias Measure = TableLayout.Measure

  @Test(
    arguments: [
      // What fits is as wide as it is.
      ([.init(fixed: 5), .init(flexible: 20, header: 4)], 80, [5, 20]),
      ([.init(fixed: 5), .init(flexible: 20, header: 4)], nil, [5, 20]),
      // The flexible column gives way.
      ([.init(fixed: 5), .init(flexible: 20, header: 4)], 20, [5, 13]),
      // Of two the widest one, until both are the same.
      ([.init(flexible: 30, header: 4), .init(flexible: 20, header: 4)], 42, [20, 20]),
      ([.init(flexible: 30, header: 4), .init(flexible: 20, header: 4)], 32, [15, 15]),
      // Not below its header, nor below eight; then the last column goes.
      ([.init(flexible: 30, header: 12), .init(fixed: 10)], 24, [12, 10]),
      ([.init(flexible: 30, header: 12), .init(fixed: 10)], 23, [23]),
      ([.init(flexible: 30, header: 4), .init(fixed: 10)], 20, [8, 10]),
      ([.init(fixed: 36), .init(fixed: 10), .init(fixed: 10)], 48, [36, 10]),
      // The last one that is left is cut whatever it is.
      ([.init(fixed: 36), .init(fixed: 10)], 20, [20]),
      ([.init(fixed: 36)], 0, [0]),
      ([.init(flexible: 1_000_000_000, header: 4), .init(fixed: 10)], 80, [68, 10]),
      ([], 80, []),
    ] as [([Measure], Int?, [Int])]
  )
  func `columns share the width of the terminal`(measures: [Measure], limit: Int?, widths: [Int]) {
    #expect(TableLayout(measures, within: limit).widths == widths)
  }
}
