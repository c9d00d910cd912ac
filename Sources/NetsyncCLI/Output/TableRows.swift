/// A table for people: a header, then a line for each row, all of it safe for a terminal.
///
/// The widths come from the first 1,000 rows, so that a list of a million rows needs little memory and begins to show
/// at once. A later cell that is wider is cut in a fitted table; without a limit it pushes the rest of its line. A list without an end
/// may begin with one short row: its columns have room for what comes later, and those that may be cut share the rest of the window.
/// A list without rows renders as nothing: whoever asked is told so in words, on stderr.
struct TableRows: RowRenderer {
  /// The rows that are held back to be measured.
  static let sampleSize = 1_000

  private struct ShownCell: Sendable {
    let text: TerminalText
    let tone: Style.Tone
  }

  private let slots: [Projection.Slot]
  private let width: Int?
  private let style: Style
  private let isEndless: Bool
  private var sample: [[ShownCell]] = []
  private var layout: TableLayout?

  /// Renders the given columns.
  ///
  /// - Parameters:
  ///   - slots: The columns, from the left.
  ///   - width: The columns of the terminal; nil where nothing is cut.
  ///   - style: Colour, or none.
  ///   - isEndless: Nobody knows how many rows come, and when.
  init(_ slots: [Projection.Slot], width: Int?, style: Style, isEndless: Bool) {
    self.slots = slots
    self.width = width
    self.style = style
    self.isEndless = isEndless
  }

  /// The line of one row, once the widths are known. Before that nothing; then all that was held back, at once.
  mutating func row(_ row: Listing.Row) -> String {
    let cells = slots.map { Self.shown($0.shownCell(of: row)) }
    if let layout { return line(cells, layout) }
    sample.append(cells)
    return sample.count < Self.sampleSize ? "" : release()
  }

  /// What was held back, if there were too few rows to fill the sample.
  mutating func flush() -> String {
    layout == nil && !sample.isEmpty ? release() : ""
  }

  /// The same.
  mutating func end() -> String {
    flush()
  }

  /// Measures the sample, then lets it go under its header.
  private mutating func release() -> String {
    let measures = slots.indices.map { index in
      let column = slots[index].column
      let header = column.header.width
      let room = isEndless ? column.isFlexible ? width ?? 0 : column.room : 0
      let natural = sample.reduce(max(header, room)) { max($0, $1[index].text.width) }
      return column.isFlexible
        ? TableLayout.Measure(flexible: natural, header: header) : TableLayout.Measure(fixed: natural)
    }
    let layout = TableLayout(measures, within: width)
    self.layout = layout
    defer { sample = [] }
    let header = slots.map { ShownCell(text: $0.column.header, tone: .bold) }
    return line(header, layout) + sample.map { line($0, layout) }.joined()
  }

  private func line(_ cells: [ShownCell], _ layout: TableLayout) -> String {
    var line = ""
    for (index, columns) in layout.widths.enumerated() {
      let text = width == nil ? cells[index].text : cells[index].text.fitted(to: columns)
      let styled = style.paint(cells[index].tone, to: text)
      let padding = String(repeating: " ", count: max(0, columns - text.width))
      if index > 0 { line += String(repeating: " ", count: TableLayout.gap) }
      switch slots[index].column.alignment {
      case .trailing: line += padding + styled
      case .leading where index == layout.widths.count - 1: line += styled
      case .leading: line += styled + padding
      }
    }
    return line + "\n"
  }

  private static func shown(_ cell: Listing.Cell) -> ShownCell {
    guard let text = cell.text ?? cell.value.cellText else { return ShownCell(text: "-", tone: .dim) }
    return ShownCell(text: TerminalText(text), tone: cell.tone)
  }
}
