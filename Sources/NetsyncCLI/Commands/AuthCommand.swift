import ArgumentParser
import FoundationEssentials
import Netsync
import NetsyncAPI

/// `netsync auth`: the API key.
struct AuthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "auth",
    abstract: "Keep the API key, say where it is found, and try it.",
    discussion: """
      It is looked for in --api-key-file, $CREDENTIALS_DIRECTORY/telnyx-api-key, TELNYX_API_KEY, the settings api_key_file and api_key_command, and \
      ~/.config/netsync/credentials, in that order. It is never shown, and never an argument.
      """,
    subcommands: [Login.self, Test.self, Status.self, Logout.self]
  )

  struct Login: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "login",
      abstract: "Keep a key in ~/.config/netsync/credentials, for this user alone.",
      discussion:
        "It is asked for without being shown, read from stdin, or from --api-key-file. Nothing is sent: 'auth test' tries it."
    )
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let text = try key(session)
      guard APIKey(line: Array(text.utf8)) != nil else { throw UserMessage.keyMalformed(source: "what was given") }
      let path = KeySource.credentials(session.configuration)
      try KeyFile.write(text, to: path)
      // The file that it was copied from is named for this once.
      let inUse = global.apiKeyFile == nil ? KeySource(session.configuration)?.description ?? path : path
      try session.answer(
        ["schema": "netsync.auth/1", "source": .string(inUse), "path": .string(path), "usable": true],
        orSay: [
          inUse == path
            ? "Kept in \(path); 'netsync auth test' tries it."
            : "Kept in \(path); \(inUse) has a key too, and counts before it."
        ]
      )
    }

    private func key(_ session: Session) throws -> String {
      if let path = global.apiKeyFile {
        // What it refuses is not copied.
        _ = try KeySource.read(path)
        return String(decoding: try InputFile.read(path), as: UTF8.self)
      }
      if session.mayAsk { return try HiddenLine.ask("API key: ") }
      let given = StandardStream(descriptor: 0, capacity: 0).isTerminal ? [] : try InputFile.read("-")
      guard !given.isEmpty else {
        throw UserMessage.needsAnswer(
          "the key has to be given",
          flag: "netsync auth login --api-key-file FILE, or the key on stdin"
        )
      }
      return String(decoding: given, as: UTF8.self)
    }
  }

  struct Test: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "test",
      abstract: "Ask the API for one page, with the key that is found."
    )
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let baseURL = try session.configuration.baseURL()
      let (key, source) = try await KeySource.find(session.configuration)
      let exchange = try await session.withTransport { transport in
        try await session.client(over: transport, key: key).networks(page: 1)
      }
      let total: Int?
      do throws(APIFailure) {
        switch try exchange.result.get() {
        case .changed(let page, _): total = page.meta.totalResults
        case .unchanged: total = nil
        }
      } catch {
        throw UserMessage.api(error, request: exchange.request, tries: 1, state: "nothing was changed")
      }
      let networks: TerminalText = total.map { ", which has \(counted($0, "network"))" } ?? ""
      try session.answer(
        [
          "schema": "netsync.auth_test/1", "base_url": .string("\(baseURL)"), "source": .string("\(source)"),
          "networks": JSONText(total),
        ],
        orSay: ["The key of \(source.description) is accepted by \(baseURL.description)\(networks.string)."]
      )
    }
  }

  struct Status: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "status",
      abstract: "Say where the key is found; exit 4 where there is none."
    )
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let source = try await KeySource.find(session.configuration).source.description
      let baseURL = try session.configuration.baseURL()
      try session.answer(
        [
          "schema": "netsync.auth/1", "source": .string(source),
          "path": .string(KeySource.credentials(session.configuration)), "usable": true,
          "base_url": .string("\(baseURL)"),
        ],
        orSay: ["Key:  \(source)", "For:  \(baseURL.description)"]
      )
    }
  }

  struct Logout: NetsyncVerb {
    static let configuration = CommandConfiguration(
      commandName: "logout",
      abstract: "Remove the key that 'auth login' has kept."
    )
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let session = try Session(global)
      let path = KeySource.credentials(session.configuration)
      let isRemoved = try KeyFile.remove(path)
      let left = KeySource(session.configuration)?.description
      let rest: TerminalText = left.map { " \($0) still has a key." } ?? ""
      try session.answer(
        [
          "schema": "netsync.auth/1", "source": JSONText(left), "path": .string(path), "usable": .bool(left != nil),
          "removed": .bool(isRemoved),
        ],
        orSay: [isRemoved ? "Removed \(path).\(rest.string)" : "\(path) is not there.\(rest.string)"]
      )
    }
  }
}
