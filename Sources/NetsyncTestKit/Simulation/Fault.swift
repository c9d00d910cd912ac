/// What can go wrong in a simulation. Each has a rate of its own, drawn per seed.
public enum Fault: String, CaseIterable, Hashable, Sendable {
  // On the way.
  /// No connection; not one byte leaves.
  case unreachable
  /// It never arrives, and nobody can know.
  case requestLost = "request_lost"
  /// It is carried out, and nobody hears of it.
  case answerLost = "answer_lost"
  /// It arrives twice. A create does not: that it is applied at most once is assumed.
  case duplicate
  /// It arrives after its sender has given up, but is listed within the settle time.
  case late

  // Answers.
  /// 429, with every form of wait.
  case slowDown = "slow_down"
  /// 5xx, and nothing was carried out; or it was.
  case failedBefore = "failed_before"
  case failedAfter = "failed_after"
  case credentials
  case truncated
  case notJSON = "not_json"
  case htmlPage = "html_page"
  case wrongType = "wrong_type"
  case otherID = "other_id"
  case otherPage = "other_page"
  case emptyBody = "empty_body"
  /// It is compressed, and does not decompress.
  case badCompression = "bad_compression"
  /// A rename is not carried out, and answered as if it were: with the record as it is.
  case ignoredRename = "ignored_rename"

  // The account, for the whole seed.
  /// Pages of no order, or of any.
  case unstableOrder = "unstable_order"
  case oddTotals = "odd_totals"
  /// Listings show what was so seconds ago.
  case listLag = "list_lag"
  case oddStamps = "odd_stamps"
  case oddFields = "odd_fields"
  /// Few requests a second are answered, the others with 429; every answer says how many are left.
  case throttled
  /// A name that another network has is refused.
  case takenNames = "taken_names"
  /// The server makes another name of the one that it is asked for.
  case changedNames = "changed_names"
  /// A listing with a filter leaves networks out that its totals count.
  case hiddenNames = "hidden_names"
  /// A listing shows records that nobody can understand among good ones.
  case unreadableRecords = "unreadable_records"

  // At some time.
  /// A network is made or deleted before a page is answered, so that the rows after it shift.
  case pageShift = "page_shift"
  /// A host's wall clock is set, forward or back.
  case clockJump = "clock_jump"
  /// A host's wall clock is minutes to weeks off, for the whole seed.
  case clockSkew = "clock_skew"
  /// The server is set back to what it was.
  case restoredBackup = "restored_backup"
  /// A cycle with another account's key.
  case otherAccount = "other_account"

  // Of a process.
  /// It dies at a durable step.
  case crash
  case diskFull = "disk_full"
  case busy

  static let ofRequests: [Fault] = [
    .unreachable, .requestLost, .answerLost, .duplicate, .late, .slowDown, .failedBefore, .failedAfter, .credentials,
    .truncated, .notJSON, .htmlPage, .wrongType, .otherID, .otherPage, .emptyBody, .badCompression,
    .ignoredRename, .pageShift,
  ]
  /// Those after which the server has what it was sent last, or what it had before.
  static let withoutOthers: Set<Fault> = [
    .unreachable, .requestLost, .answerLost, .slowDown, .failedBefore, .failedAfter, .credentials, .truncated, .notJSON,
    .emptyBody, .badCompression, .crash, .diskFull, .busy,
  ]
  static let ofSteps: [Fault] = [.crash, .diskFull, .busy]
  static let ofTheWholeSeed: [Fault] = [
    .unstableOrder, .oddTotals, .listLag, .oddStamps, .oddFields, .throttled, .takenNames, .changedNames,
    .hiddenNames, .unreadableRecords, .clockSkew,
  ]
  static let ofTime: [Fault] = [.clockJump, .restoredBackup, .otherAccount]
}
