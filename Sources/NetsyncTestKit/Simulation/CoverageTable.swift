import NetsyncReplica

/// What went wrong while the engine was doing what: how often each fault struck at each place where it can.
public struct CoverageTable: Sendable {
  /// Cells that can occur, and those of them that did.
  public private(set) var possible = 0
  public private(set) var struck = 0
  /// Aligned; a cell that can occur and never did is `.`, one that cannot is empty.
  public var text: String { parts.joined(separator: "\n") }

  private var parts: [String] = []

  /// - Parameters:
  ///   - coverage: as in ``SimulationCounts/coverage``.
  ///   - allowed: the faults that could strike.
  public init(_ coverage: [String: [Fault: Int]], allowed: Set<Fault> = Set(Fault.allCases)) {
    // How often; nil where it cannot be.
    let cell = { (fault: Fault, place: String) in
      Self.canOccur(fault, place) ? coverage[place]?[fault] ?? 0 : nil
    }
    let chosen = { (faults: [Fault]) in faults.filter(allowed.contains) }
    let requests = Call.Kind.allCases.map(\.rawValue)
    add(chosen(Fault.ofRequests), by: requests, cell)
    add(DurableStep.allCases.map(\.rawValue), by: chosen(Fault.ofSteps)) { cell($1, $0) }
    add(chosen(Fault.ofTheWholeSeed), by: ["the whole seed"], cell)
    add(chosen(Fault.ofTime), by: ["at some time", "starting a cycle"], cell)
  }

  private mutating func add<Row: TableLabel, Column: TableLabel>(
    _ rows: [Row],
    by columns: [Column],
    _ cell: (Row, Column) -> Int?
  ) {
    guard !rows.isEmpty, !columns.isEmpty else { return }
    var lines = [[""] + columns.map(\.label)]
    for row in rows {
      let counts = columns.map { cell(row, $0) }
      possible += counts.count { $0 != nil }
      struck += counts.count { $0 ?? 0 > 0 }
      lines.append([row.label] + counts.map { $0.map { $0 > 0 ? String($0) : "." } ?? "" })
    }
    parts.append(Self.aligned(lines))
  }

  private static func canOccur(_ fault: Fault, _ place: String) -> Bool {
    switch fault {
    case .duplicate, .otherID: place != Call.Kind.create.rawValue
    case .pageShift: place == Call.Kind.list.rawValue
    case .otherPage: [Call.Kind.list, .listNamesakes, .listInterfaces].map(\.rawValue).contains(place)
    case .ignoredRename: place == Call.Kind.rename.rawValue
    case .otherAccount: place == "starting a cycle"
    case .clockJump, .restoredBackup: place == "at some time"
    case .unreachable, .requestLost, .answerLost, .late, .slowDown, .failedBefore, .failedAfter, .credentials,
      .truncated, .notJSON, .htmlPage, .wrongType, .emptyBody, .badCompression, .unstableOrder, .oddTotals, .listLag,
      .oddStamps, .oddFields, .throttled, .takenNames, .changedNames, .hiddenNames, .unreadableRecords, .clockSkew,
      .crash, .diskFull, .busy:
      true
    }
  }

  /// The first column to the left, the others to the right.
  private static func aligned(_ lines: [[String]]) -> String {
    let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
      let cells = zip(line, widths).enumerated().map { column, cell in
        let padding = String(repeating: " ", count: cell.1 - cell.0.count)
        return column == 0 ? cell.0 + padding : padding + cell.0
      }
      return cells.joined(separator: "  ") + "\n"
    }.joined()
  }
}

private protocol TableLabel {
  var label: String { get }
}

extension String: TableLabel {
  fileprivate var label: String { self }
}

extension Fault: TableLabel {
  fileprivate var label: String { rawValue }
}
