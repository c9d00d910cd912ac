import FoundationEssentials
import NetsyncAPI
import NetsyncModel

/// An error as its user reads it: what happened, why, what it means for their data, and what to type next.
///
/// Every message of the tool is made in this file and its extensions.
struct UserMessage: Error, Sendable {
  var exit: ExitStatus
  /// A stable word for programs.
  var code: String
  var message: TerminalText
  var why: TerminalText
  var state: TerminalText = "nothing was changed"
  var next: [TerminalText]
  var isRetryable = false
  var retryAfter: Duration?
  /// What the API said, in its own words.
  var telnyx: APIErrorDetail?
  /// What its object has besides.
  var more: [JSONText.Member] = []

  /// Writes it to stderr: four lines, or one object.
  func say(asJSON: Bool, color: ColorChoice) {
    let stream = StandardStream.error
    if asJSON {
      try? stream.write(json.rendered(pretty: false, onTerminal: stream.isTerminal) + "\n")
      return
    }
    let style = stream.destination(color: color, environment: ProcessInfo.processInfo.environment).style
    try? stream.write(lines(style).joined(separator: "\n") + "\n")
  }

  /// For people.
  func lines(_ style: Style) -> [String] {
    [
      style.paint(.red, to: "error:") + " \(message.string)",
      "  \(style.paint(.dim, to: "why:"))   \(why.string)",
      "  \(style.paint(.dim, to: "state:")) \(state.string)",
      "  \(style.paint(.dim, to: "next:"))  \(next.map(\.string).joined(separator: "; "))",
    ]
  }

  private var json: JSONText {
    .object(
      [
        .init("schema", "netsync.error/1"),
        .init("code", .string(code)),
        .init("exit_code", .integer(Int64(exit.rawValue))),
        .init("message", .string(message.string)),
        .init("why", .string(why.string)),
        .init("state", .string(state.string)),
        .init("next", .array(next.map { .string($0.string) })),
        .init("retryable", .bool(isRetryable)),
        .init("retry_after_s", JSONText(retryAfter?.inSeconds)),
        .init("telnyx", telnyx.map(JSONText.init) ?? .null),
      ] + more
    )
  }
}

extension UserMessage {
  /// One failure in a table of them. Its columns stand in the order in which they are read, a few on a line, so that
  /// what the tool says can be compared. The formatter would give each a line of its own, so tables ask it not to.
  static func row(
    _ exit: ExitStatus,
    _ code: String,
    _ message: TerminalText,
    why: TerminalText,
    state: TerminalText = "nothing was changed",
    next: TerminalText,
    isRetryable: Bool = false,
    retryAfter: Duration? = nil,
    telnyx: APIErrorDetail? = nil
  ) -> UserMessage {
    UserMessage(
      exit: exit,
      code: code,
      message: message,
      why: why,
      state: state,
      next: [next],
      isRetryable: isRetryable,
      retryAfter: retryAfter,
      telnyx: telnyx
    )
  }
}

extension JSONText {
  /// `{"status", "code", "title", "detail", "pointer"}`, as in the outbox.
  init(_ detail: APIErrorDetail) {
    self = [
      "status": JSONText(detail.status),
      "code": JSONText(detail.code),
      "title": JSONText(detail.title),
      "detail": JSONText(detail.detail),
      "pointer": JSONText(detail.pointer),
    ]
  }
}

/// `1 edit`, `2 edits`.
func counted(_ count: Int, _ noun: String, _ nouns: String? = nil) -> String {
  count == 1 ? "1 \(noun)" : "\(count) \(nouns ?? "\(noun)s")"
}

// MARK: Set-up

extension UserMessage {
  /// - Parameter path: the file that was looked for last.
  static func noKey(_ path: String) -> UserMessage {
    UserMessage(
      exit: .credentials,
      code: "no_key",
      message: "there is no API key",
      why: "none of --api-key-file, $CREDENTIALS_DIRECTORY, TELNYX_API_KEY and \(path) has one",
      state: "nothing was asked or changed; everything offline works without a key",
      next: ["netsync auth login, which keeps one, or export TELNYX_API_KEY=…"]
    )
  }

  static func keyMalformed(source: String) -> UserMessage {
    UserMessage(
      exit: .credentials,
      code: "key_malformed",
      message: "the API key cannot be used",
      why: "\(source) does not hold 1 to 4,096 characters of visible ASCII",
      next: ["copy the key again, without spaces or line breaks"]
    )
  }

  static func keyCommand(_ why: String) -> UserMessage {
    UserMessage(
      exit: .credentials,
      code: "key_command_failed",
      message: "api_key_command gave no key",
      why: "\(why)",
      next: ["run it by hand; it has to print the key on one line"]
    )
  }

  static func keyFile(_ path: String, _ why: String, next: String? = nil) -> UserMessage {
    UserMessage(
      exit: .credentials,
      code: "key_file_refused",
      message: "the key file \(path) is not used",
      why: "\(why)",
      next: [next.map { "\($0)" } ?? "make it a file of your own, mode 0600, with the key on one line"]
    )
  }

  static func setting(_ setting: Setting, _ origin: SetValue.Origin, takes: String) -> UserMessage {
    UserMessage(
      exit: .configuration,
      code: "bad_setting",
      message: "the setting \(setting.rawValue) cannot be used",
      why: "\(origin.description): its value is not one of those it takes: \(takes)",
      next: ["correct it, or \(origin.wayOut)"]
    )
  }

  static func configuration(_ path: String, _ faults: [ConfigurationFile.Fault]) -> UserMessage {
    let told = faults.map { fault in "\(path)\(fault.line.map { ":\($0)" } ?? ""): \(fault.reason)" }
    var message = UserMessage(
      exit: .configuration,
      code: "bad_configuration",
      message: "the settings cannot be used",
      why: "\(told.joined(separator: "; "))",
      next: ["mend it; 'netsync config check' looks again"]
    )
    message.more = [
      .init("faults", .array(faults.map { ["line": JSONText($0.line), "fault": .string($0.reason)] }))
    ]
    return message
  }

  static func baseURL(_ refused: BaseURLRefused, _ origin: SetValue.Origin) -> UserMessage {
    let why: TerminalText =
      switch refused {
      case .scheme: "it begins with neither https:// nor http://"
      case .host: "its host is missing, or decorated with a user, a password or a bad port"
      case .plainText: "http:// to another machine would send the key in the clear"
      case .path: "its path holds a query, a fragment, a percent sign or a dot segment"
      }
    return UserMessage(
      exit: .configuration,
      code: "base_url_refused",
      message: "the base URL cannot be used",
      why: "\(origin.description): \(why.string)",
      next: ["use https://, or http:// with localhost, 127.0.0.1 or [::1], or \(origin.wayOut)"]
    )
  }

  static let offline = UserMessage(
    exit: .notNow,
    code: "offline",
    message: "this command needs the network",
    why: "--offline or NETSYNC_OFFLINE says that no connection may be opened",
    state: "nothing is lost; edits wait in the outbox",
    next: ["leave --offline away, or 'unset NETSYNC_OFFLINE'"],
    isRetryable: true
  )
}

extension SetValue.Origin {
  /// How to come to the default.
  fileprivate var wayOut: String {
    switch self {
    case .flag(let name): "leave \(name) away"
    case .variable(let name): "'unset \(name)' for the default"
    case .file: "remove the line for the default"
    }
  }
}

// MARK: Naming things

extension UserMessage {
  static func unknownNetwork(_ reference: String, near: [String]) -> UserMessage {
    let hint: TerminalText =
      near.isEmpty ? "'netsync networks list' shows them all" : "did you mean \(near.joined(separator: ", "))?"
    return UserMessage(
      exit: .usage,
      code: "unknown_network",
      message: "no network is called \(reference)",
      why: "it is no id, no local id, no unique prefix of one of 4 or more characters, and no exact name",
      next: [hint]
    )
  }

  static func ambiguous(_ reference: String, _ candidates: [String]) -> UserMessage {
    UserMessage(
      exit: .usage,
      code: "ambiguous_network",
      message: "\(reference) may be \(String(candidates.count)) networks",
      why: "these answer to it: \(candidates.prefix(10).joined(separator: ", "))",
      next: ["name it by its id"]
    )
  }

  static func unknownField(_ error: UnknownField) -> UserMessage {
    UserMessage(
      exit: .usage,
      code: "unknown_field",
      message: "there is no field \(error.field)",
      why: "the fields are \(error.known.joined(separator: ", "))",
      next: ["--fields takes names of fields, separated by commas"]
    )
  }

  static func usage(_ message: TerminalText, why: TerminalText, next: TerminalText) -> UserMessage {
    UserMessage(exit: .usage, code: "usage", message: message, why: why, next: [next])
  }

  /// - Parameter flag: what asks for rows or columns.
  static func noRows(_ flag: String) -> UserMessage {
    usage(
      "\(flag) is not taken here",
      why: "the answer is one object, not rows with columns",
      next: "--json has all of it"
    )
  }

  static let onlyStatusSaysMetrics = usage(
    "this command has no metrics",
    why: "-o prometheus is a form of 'netsync status' alone",
    next: "netsync status -o prometheus"
  )

  static let onlyGraphDraws = usage(
    "this command draws no picture",
    why: "-o text, dot, mermaid and svg are forms of 'netsync graph' alone",
    next: "netsync graph -o svg"
  )

  static func badName(_ refused: NameRefused) -> UserMessage {
    let why: TerminalText =
      switch refused {
      case .blank: "it holds nothing but white space"
      case .holdsNUL: "it holds a NUL character"
      }
    return usage(
      "a network cannot have that name",
      why: why,
      next: "give it a name with at least one visible character"
    )
  }

  static func needsAnswer(_ question: TerminalText, flag: TerminalText) -> UserMessage {
    UserMessage(
      exit: .held,
      code: "needs_answer",
      message: question,
      why: "nobody can be asked: stdin is no terminal, or --no-input was given",
      next: [flag]
    )
  }

  static func output(_ error: StreamFailure) -> UserMessage {
    UserMessage(
      exit: .failed,
      code: "output",
      message: "the answer could not be written",
      why: "\(error.words)",
      state: "what the command did is done; only its answer is cut",
      next: ["see that the disk has room"]
    )
  }

  static func bug(_ error: any Error) -> UserMessage {
    UserMessage(
      exit: .bug,
      code: "bug",
      message: "netsync met something it should not have",
      why: "\(String(describing: error))",
      state: "what was queued stays queued",
      next: ["please report this with the output of the same command and -vv"]
    )
  }
}
