import Testing

/// A walk over every cell of a table: counts the cells and the broken promises, and tells the first few of them in words.
///
/// A cell is put into words only where it breaks a promise, so that a million that do not are cheap.
struct Walk: Sendable {
  private static let toldAtMost = 5

  private let name: String
  private var cells = 0
  private var broken = 0
  private var told: [String] = []

  init(_ name: String) {
    self.name = name
  }

  /// Counts one cell.
  mutating func enter() {
    cells += 1
  }

  /// What a cell promises, and whether it keeps it.
  mutating func expect(_ promise: String, _ holds: Bool, in cell: @autoclosure () -> String) {
    if holds { return }
    broken += 1
    if told.count < Self.toldAtMost { told.append("\(promise): \(cell())") }
  }

  /// Takes in a part of the same walk.
  mutating func add(_ part: Walk) {
    cells += part.cells
    broken += part.broken
    told += part.told.prefix(Self.toldAtMost - told.count)
  }

  /// Says how many cells there were, and fails where one broke a promise.
  func conclude() {
    print("\(name): \(cells.inThousands) cells")
    #expect(cells > 0)
    #expect(broken == 0, "\(told.joined(separator: "\n"))")
  }
}

extension Int {
  /// `1,234,567`.
  fileprivate var inThousands: String {
    var groups: [String] = []
    var rest = self
    while rest >= 1_000 {
      groups.append(String(String(1_000 + rest % 1_000).suffix(3)))
      rest /= 1_000
    }
    return ([String(rest)] + groups.reversed()).joined(separator: ",")
  }
}
