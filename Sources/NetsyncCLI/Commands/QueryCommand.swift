import ArgumentParser
import FoundationEssentials
import Netsync
import NetsyncReplica

/// `netsync query`: read-only SQL on the documented views.
struct QueryCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "query",
    abstract: "Ask the replica in SQL, read-only.",
    discussion: "Views: \(views.joined(separator: ", ")). '-' reads the SQL from stdin."
  )
  /// Those that stay as they are from one version to the next.
  private static let views = ["networks", "interfaces", "outbox", "conflicts", "syncs", "changes", "server"]
  static let answersWithRows = true

  @Argument(help: ArgumentHelp("One statement, or '-'.", valueName: "sql"))
  var sql: String?
  @Option(help: ArgumentHelp("Stop a statement that takes longer.", valueName: "d"))
  var timeout = DurationArgument(.seconds(30))
  @Option(help: ArgumentHelp("At most so many rows.", valueName: "n"))
  var maxRows = 1_000_000
  @Flag(help: "Print the views and their columns.")
  var schema = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if maxRows < 1 { throw ValidationError("--max-rows takes a whole number from 1 on") }
    if sql == nil && !schema { throw ValidationError("a statement is missing; try 'SELECT * FROM networks'") }
  }

  func run() async throws {
    let session = try Session(global)
    let replica = try session.open()
    let answer: QueryAnswer
    let way = try session.step { () throws(ReplicaError) in try replica.readingWay() }
    defer { withExtendedLifetime(way) {} }
    do {
      answer = try await ReplicaQuery(
        path: way?.address ?? replica.path,
        timeout: timeout.duration,
        maximumRows: maxRows
      )
      .run(statement())
    } catch {
      throw UserMessage(error)
    }
    try await session.list(Self.columns(answer.columns), answer.rows.map { $0.map(Listing.Cell.init) })
    if answer.isCut { session.note("Cut at \(String(maxRows)) rows; --max-rows allows more.") }
  }

  private func statement() -> String {
    if schema {
      return """
        SELECT view.name AS view, info.name AS column, info.type AS type
        FROM sqlite_schema AS view, pragma_table_info(view.name) AS info
        WHERE view.type = 'view' AND view.name IN (\(Self.views.map { "'\($0)'" }.joined(separator: ", ")))
        ORDER BY view.name, info.cid
        """
    }
    guard let sql, sql == "-" else { return sql ?? "" }
    var lines: [String] = []
    while let line = readLine(strippingNewline: false) { lines.append(line) }
    return lines.joined()
  }

  /// Two columns of one name would be one key: the later ones are numbered.
  private static func columns(_ names: [String]) -> [Listing.Column] {
    var seen: [String: Int] = [:]
    return names.map { name in
      seen[name, default: 0] += 1
      let count = seen[name, default: 1]
      return Listing.Column(count == 1 ? name : "\(name):\(count)", header: "\(name)", isFlexible: true)
    }
  }
}

extension Listing.Cell {
  fileprivate init(_ value: SQLValue) {
    switch value {
    case .null: self = .null
    case .integer(let number): self.init(JSONText.integer(number))
    case .real(let number): self.init(JSONText.number(number))
    case .text(let text): self.init(JSONText.string(text))
    case .blob(let bytes):
      self.init(JSONText.string(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()))
    }
  }
}

extension UserMessage {
  fileprivate init(_ failure: ReplicaQuery.Failure) {
    switch failure {
    case .refused(let reason):
      self = .usage(
        "SQLite did not take that statement",
        why: "\(reason)",
        next: "netsync query --schema shows the views"
      )
    case .tookTooLong(let timeout):
      self.init(
        exit: .notNow,
        code: "query_timeout",
        message: "the query took too long",
        why: "--timeout is \(DurationText.short(timeout))",
        next: ["narrow it, or give it more with --timeout"]
      )
    case .replica(let error):
      self.init(error)
    }
  }
}
