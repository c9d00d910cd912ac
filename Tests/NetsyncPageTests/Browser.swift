import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import NetsyncEngine
import NetsyncModel
import NetsyncReplica
import NetsyncTestKit
import Synchronization
import Testing

@testable import NetsyncPage

/// A small world with a page in front of it, and somebody who looks at the page.
final class Browser: Sendable {
  struct Answer {
    let status: Int
    let headers: HTTPFields
    let body: String

    /// The texts between a start and the next end.
    func texts(from start: String, to end: String) -> [String] {
      body.split(separator: start, omittingEmptySubsequences: false).dropFirst().compactMap { piece in
        piece.firstRange(of: end).map { String(piece[..<$0.lowerBound]) }
      }
    }
  }

  let world: World
  let page: Page
  private let asked = Asked()
  private let responder: RouterResponder<BasicRequestContext>

  init(networks: Int = 3, isUnixSocket: Bool = false) throws {
    world = try World(networks: networks)
    page = try Page(
      replica: world.replica,
      metrics: { "netsync_networks 3\n" },
      health: { [asked] in asked.isWell.load(ordering: .relaxed) },
      syncNow: { [asked] approval in
        asked.syncs.wrappingAdd(1, ordering: .relaxed)
        asked.approval.withLock { $0 = approval }
      }
    )
    responder = page.router(isUnixSocket: isUnixSocket).buildResponder()
  }

  /// How often the page asked its daemon for a sync.
  var syncs: Int { asked.syncs.load(ordering: .relaxed) }

  /// What the last sync that it asked for was allowed.
  var approval: SyncApproval? { asked.approval.withLock { $0 } }

  /// From now on the daemon is not well.
  func fallIll() { asked.isWell.store(false, ordering: .relaxed) }

  private final class Asked: Sendable {
    let syncs = Atomic<Int>(0)
    let isWell = Atomic<Bool>(true)
    let approval = Mutex<SyncApproval?>(nil)
  }

  /// Pulls.
  func pull(policy: ConflictPolicy = .newest) async throws {
    let report = try await world.engine(policy: policy).pull(PullOptions())
    #expect(report.failure == nil)
  }

  func push(policy: ConflictPolicy = .newest) async throws {
    let report = try await world.engine(policy: policy).push(PushOptions())
    #expect(report.failure == nil)
  }

  func get(_ path: String, host: String = "127.0.0.1:9417") async throws -> Answer {
    try await ask(.get, path, host: host)
  }

  /// Presses a button of a form, as a browser of today does.
  func press(
    _ path: String,
    _ take: String? = nil,
    _ more: [String: String] = [:],
    token: String? = nil,
    headers: HTTPFields = [.origin: "http://127.0.0.1:9417", .secFetchSite: "same-origin"]
  ) async throws -> Answer {
    let typed = more.map { "\($0.key)=\($0.value.percentEncoded)" }
    let fields = ["token=\(token ?? page.token.text)"] + (take.map { ["take=\($0)"] } ?? []) + typed
    return try await ask(.post, path, headers: headers, body: fields.joined(separator: "&"))
  }

  func ask(
    _ method: HTTPRequest.Method,
    _ path: String,
    host: String = "127.0.0.1:9417",
    headers: HTTPFields = [:],
    body: String = ""
  ) async throws -> Answer {
    let head = HTTPRequest(method: method, scheme: "http", authority: host, path: path, headerFields: headers)
    let source = ApplicationRequestContextSource(
      channel: EmbeddedChannel(),
      logger: Logger(label: "page") { _ in SwiftLogNoOpLogHandler() }
    )
    let response = try await responder.respond(
      to: Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body))),
      context: BasicRequestContext(source: source)
    )
    let body = Mutex(ByteBuffer())
    try await response.body.write(Collector { part in _ = body.withLock { $0.writeImmutableBuffer(part) } })
    return Answer(
      status: response.status.code,
      headers: response.headers,
      body: body.withLock { String(buffer: $0) }
    )
  }
}

private struct Collector: ResponseBodyWriter {
  let collect: @Sendable (ByteBuffer) -> Void

  func write(_ buffer: ByteBuffer) async throws { collect(buffer) }
  func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

extension HTTPField.Name {
  static let secFetchSite = Self("Sec-Fetch-Site")!
}
