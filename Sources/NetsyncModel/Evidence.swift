/// Why a change was made: what was asked, what was answered, what decided. Kept with the change and shown on request.
///
/// The text of an answer comes from outside: escape it before it meets a terminal.
public struct Evidence: Codable, Hashable, Sendable {
  /// The pull whose listing showed it, or did not show it.
  public var sweep: Int64?
  public var page: Int?
  /// Of a record that was set aside: where on the page it stands, and why it cannot be understood.
  public var position: Int?
  public var fault: String?
  /// Method and path of the request that settled it.
  public var request: String?
  public var status: Int?
  public var code: String?
  public var title: String?
  public var detail: String?
  /// The policy that decided a conflict.
  public var policy: String?
  /// How often an edit of the network had prevailed lately.
  public var contests: Int?
  /// The server's stamps before and after.
  public var updatedAtBefore: String?
  public var updatedAtAfter: String?
  /// The time of the local edit on the server's clock, RFC 3339, which `newest` holds against `updatedAtAfter`.
  public var mineAt: String?
  /// How far off `mineAt` may be: closer than that is nobody's to call.
  public var clockUncertaintySeconds: Double?
  /// The change that the edit reverses.
  public var undoes: Int64?
  /// The edit that took the place of this one; nil where both together left nothing to send.
  public var supersededBy: Int64?

  public init(
    sweep: Int64? = nil,
    page: Int? = nil,
    request: String? = nil,
    status: Int? = nil,
    failure: APIErrorDetail? = nil
  ) {
    self.sweep = sweep
    self.page = page
    self.request = request
    self.status = status ?? failure?.status
    self.code = failure?.code
    self.title = failure?.title
    self.detail = failure?.detail
  }

  /// Of a record that was set aside.
  package init(_ record: SetAsideRecord, sweep: Int64?) {
    self.init(sweep: sweep, page: record.page)
    position = record.position
    fault = record.fault.rawValue
  }

  /// Of an edit that reverses a change.
  package init(undoing change: ChangeNumber) {
    self.init()
    undoes = change.rawValue
  }

  /// Of an edit whose place another one took.
  package init(supersededBy edit: EditNumber) {
    self.init()
    supersededBy = edit.rawValue
  }

  private enum CodingKeys: String, CodingKey {
    case sweep, page, position, fault, request, status, code, title, detail, policy, contests, undoes
    case updatedAtBefore = "updated_at_before"
    case updatedAtAfter = "updated_at_after"
    case mineAt = "mine_at"
    case supersededBy = "superseded_by"
    case clockUncertaintySeconds = "clock_uncertainty_s"
  }
}
