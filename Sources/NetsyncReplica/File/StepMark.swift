import GRDB
import NetsyncModel
import NetsyncReconcile

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// How far a replica has come, written beside its file after every step that has to outlast a power cut.
///
/// SQLite ends a write-ahead log at the first frame that is not as it was written, and says nothing of those behind it; of a log that is
/// missing it knows nothing at all. What was lost with it shows here: the file has come less far than its mark. Nor does it know a log that
/// was begun for another file, and would put that file's pages over those of the copy that took its place.
struct StepMark: Hashable {
  /// Such steps so far.
  var steps: Int64
  /// The highest numbers that were given out.
  var edit: Int64
  var change: Int64
  /// Of the file, which no other has: a backup has one of its own. nil for a file of a version that gave none.
  var file: Int64?

  /// No count comes so far: a higher one is damage, and would leave no number to give.
  static let limit = Int64.max / 4

  /// The version of the schema that began to count.
  static let firstVersion: Int32 = 7

  private static func path(beside replica: String) -> String { "\(replica).mark" }

  init(steps: Int64, edit: Int64, change: Int64, file: Int64? = nil) {
    (self.steps, self.edit, self.change, self.file) = (steps, edit, change, file)
  }

  /// - Returns: nil where there is none, or one that is not as it was written.
  init?(beside replica: String) {
    let descriptor = unsafe open(Self.path(beside: replica), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    self.init(descriptor)
  }

  private init?(_ descriptor: Int32) {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = unsafe pread(descriptor, &buffer, buffer.count, 0)
    // It is written twice: one alone may be damaged.
    let lines = String(decoding: buffer[..<max(0, count)], as: UTF8.self).split(separator: "\n")
    guard lines.count == 2, lines[0] == lines[1] else { return nil }
    let numbers = lines[0].split(separator: " ").map { Int64($0) ?? -1 }
    guard (3...4).contains(numbers.count), numbers.allSatisfy({ $0 >= 0 }),
      numbers.prefix(3).allSatisfy({ $0 <= Self.limit })
    else { return nil }
    self.init(steps: numbers[0], edit: numbers[1], change: numbers[2], file: numbers.count > 3 ? numbers[3] : nil)
  }

  /// Writes it, unless another process has written a later one. It is no more than a help: where that fails, nothing is lost.
  func write(beside replica: String) {
    replace(beside: replica) { found in found.map { steps > $0.steps } ?? true }
  }

  /// - Parameter mayReplace: decides by the mark that is there.
  private func replace(beside replica: String, where mayReplace: (StepMark?) -> Bool) {
    let descriptor = openOwned(Self.path(beside: replica), O_RDWR | O_NOFOLLOW)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX) == 0, mayReplace(StepMark(descriptor)) else { return }
    let line = ([steps, edit, change] + (file.map { [$0] } ?? [])).map { String($0) }.joined(separator: " ") + "\n"
    let bytes = Array((line + line).utf8)
    _ = unsafe pwrite(descriptor, bytes, bytes.count, 0)
    // A longer one leaves nothing behind it.
    ftruncate(descriptor, off_t(bytes.count))
  }

  /// Before a file is opened: whether its write-ahead log is its own, as far as this mark tells.
  ///
  /// - Throws: ``ReplicaError/foreignLog(path:)``. To choose between the file and the log is a person's.
  func checkLog(of replica: String) throws(ReplicaError) {
    guard let file, let own = fileNumber(of: replica), own != file else { return }
    func hasLog() -> Bool { fileSize("\(replica)-wal") > 0 }
    var mark = self
    mark.file = own
    mark.replace(beside: replica) { $0 == self && !hasLog() }
    // Another may have opened the file meanwhile, and begun a log that is its own.
    if hasLog(), StepMark(beside: replica)?.file != own { throw .foreignLog(path: replica) }
  }

  /// Of a file that is new, or begins anew.
  static func remove(beside replica: String) {
    unsafe unlink(path(beside: replica))
  }
}

/// The number of a file without its write-ahead log; nil where that does not tell.
private func fileNumber(of replica: String) -> Int64? {
  var configuration = Configuration()
  configuration.readonly = true
  let queue = try? DatabaseQueue(path: unchangingFile(replica), configuration: configuration)
  return try? queue?.read { database in try Int64.fetchOne(database, sql: "SELECT file_number FROM meta") }
}

extension Database {
  /// A file has another number from now on.
  func renumberFile() throws {
    try run("UPDATE meta SET file_number = abs(random() / 2)")
  }

  /// Counts a durable step.
  func countStep() throws -> StepMark {
    try run("UPDATE meta SET steps = steps + 1")
    return try mark()
  }

  func mark() throws -> StepMark {
    let mark = try row(
      """
      SELECT steps, file_number,
        (SELECT seq FROM sqlite_sequence WHERE name = 'operation') AS edit,
        (SELECT seq FROM sqlite_sequence WHERE name = 'journal') AS change
      FROM meta
      """
    ) { row in
      StepMark(
        steps: try row.value("steps"),
        edit: try row.value("edit") as Int64? ?? 0,
        change: try row.value("change") as Int64? ?? 0,
        file: try row.value("file_number")
      )
    }
    return try required(mark, "meta")
  }

  /// Numbers of a table up to this one are not given out again.
  func neverAgain(_ number: Int64, of table: String) throws {
    try run("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", arguments: [number, table])
    try run(
      "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)",
      arguments: [table, number]
    )
  }
}

/// Finds out whether a file lacks steps that were told of, and has that be known: in the journal, and by every number that it must not
/// give out again. A create that waits may have been sent in one of them, so each is looked for first.
///
/// - Parameter mark: as it was before the file was opened, for others write both meanwhile.
/// - Returns: what is lost, in words; nil where nothing is.
/// - Throws: where the file is damaged too.
func findLoss(in writer: any DatabaseWriter, since mark: StepMark?, at now: Timestamp) throws -> String? {
  guard let mark, let found = try? writer.unsafeRead({ try $0.mark() }), found.steps < mark.steps else { return nil }
  // A damaged file stays as it is. But nothing may be sent out of it: what it lacks may be that it was sent.
  let sound = try? writer.unsafeRead { database in try database.value(String.self, "PRAGMA quick_check(1)") }
  guard sound == "ok" else {
    throw UndecodableRow(description: "pages of it are damaged, and \(mark.stepsMissing(in: found))")
  }
  return try writer.write { database in
    let found = try database.mark()
    guard found.steps < mark.steps else { return nil }
    try database.suspectCreates(at: now)
    return try database.catchUp(with: mark, from: found, at: now)
  }
}

extension Database {
  /// Has a file that lacks steps never give out their numbers again, and has the loss be known.
  ///
  /// - Returns: what is lost, in words.
  func catchUp(with mark: StepMark, from found: StepMark, at now: Timestamp) throws -> String {
    let loss =
      mark.stepsMissing(in: found) + ": its write-ahead log was damaged or lost, or an older copy took its place"
    try neverAgain(mark.edit, of: "operation")
    try neverAgain(mark.change, of: "journal")
    try journalLoss(loss, at: now)
    try run("UPDATE meta SET steps = ?", arguments: [mark.steps])
    return loss
  }

  /// Has it be known, in `status` and in the journal, that something is lost.
  func journalLoss(_ what: String, at now: Timestamp) throws {
    var evidence = Evidence()
    evidence.detail = what
    let entry = LaneEntry(side: .local, kind: .lost, evidence: evidence)
    try journal(entry, of: .noNetwork, evidence: evidence.json, at: now)
  }
}

extension StepMark {
  /// `3 steps that were on disk are not in the file, edits 41 to 43 among them`.
  fileprivate func stepsMissing(in found: StepMark) -> String {
    let (count, first) = (steps &- found.steps, found.edit &+ 1)
    let missing = count == 1 ? "1 step that was on disk is" : "\(count) steps that were on disk are"
    let edits =
      first > edit ? "" : first == edit ? ", edit \(first) among them" : ", edits \(first) to \(edit) among them"
    return "\(missing) not in the file\(edits)"
  }
}
