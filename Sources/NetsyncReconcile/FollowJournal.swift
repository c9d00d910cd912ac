package import NetsyncModel

/// What one who follows the journal is given next.
package enum JournalDelivery: Hashable, Sendable {
  /// So many of the changes, from the first on; none where nothing is new.
  case changes(Int)
  /// Changes right after the cursor are no longer kept.
  case forgotten
  /// The journal has never told the change that the cursor names: it is another replica's.
  case ahead
}

/// Decides what of the kept changes may be delivered to one who has all up to `cursor`.
///
/// Numbers are given without a gap, so a gap is what was forgotten (``Limits/journalAge``), and is never stepped over.
///
/// | cursor | kept after it | latest | delivery    |
/// |--------|---------------|--------|-------------|
/// | 3      | 4, 5          | 5      | both        |
/// | 3      | 4, 9          | 9      | the first   |
/// | 4      | 9             | 9      | forgotten   |
/// | 3      | none          | 5      | forgotten   |
/// | 5      | none          | 5      | none is new |
/// | 6      | none          | 5      | ahead       |
///
/// Total and pure.
///
/// - Parameters:
///   - kept: with rising numbers, all higher than `cursor`.
///   - latest: the highest number that was ever given, kept or not; 0 before the first.
package func deliver(_ kept: [ChangeNumber], after cursor: ChangeNumber, latest: ChangeNumber) -> JournalDelivery {
  if cursor > latest { return .ahead }
  let unbroken = kept.enumerated().prefix { $0.element.rawValue == cursor.rawValue + 1 + Int64($0.offset) }.count
  if unbroken > 0 { return .changes(unbroken) }
  return cursor == latest ? .changes(0) : .forgotten
}
