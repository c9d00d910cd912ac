import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NetsyncModel
import Synchronization

/// Serves a made-up account from memory, on one thread: bodies of listings are ready before they are asked for.
final class PageServer: Sendable {
  /// What was asked of the server, and what it cost.
  struct Tally: Codable {
    var requests = 0
    /// Of bodies.
    var bytes = 0
    /// Of the whole process, since it began.
    var processorSeconds = 0.0
  }

  private struct Content {
    var state: MadeUpAccount.State
    var pages: [ByteBuffer]
    var tally = Tally()
  }

  let account: MadeUpAccount
  private let latency: TimeAmount
  private let content: Mutex<Content>

  init(_ account: MadeUpAccount, latency: Duration) {
    self.account = account
    self.latency = .nanoseconds(Int64(latency / .nanoseconds(1)))
    content = Mutex(Content(state: .first, pages: account.pages(in: .first).map(ByteBuffer.init(string:))))
  }

  /// Prints its base URL, and serves until it is ended, or who started it has ended.
  func run() async throws {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
      .serverChannelOption(.backlog, value: 1_024)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
          try channel.pipeline.syncOperations.addHandler(Conversation(server: self, latency: self.latency))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    FileHandle.standardOutput.write(Data("http://127.0.0.1:\(channel.localAddress?.port ?? 0)/v2\n".utf8))
    let parent = getppid()
    channel.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
      if getppid() != parent { channel.close(promise: nil) }
    }
    try await channel.closeFuture.get()
  }

  /// - Returns: the status and the body.
  func answer(_ head: HTTPRequestHead, _ body: ByteBuffer) -> (HTTPResponseStatus, ByteBuffer) {
    if head.uri.hasPrefix("/bench/") { return control(head.uri.dropFirst("/bench/".count)) }
    return content.withLock { content in
      let (status, body) = answer(head, body, content)
      content.tally.requests += 1
      content.tally.bytes += body.readableBytes
      return (status, body)
    }
  }

  private func answer(
    _ head: HTTPRequestHead,
    _ body: ByteBuffer,
    _ content: Content
  ) -> (HTTPResponseStatus, ByteBuffer) {
    let parts = head.uri.split(separator: "?", maxSplits: 1)
    let path = parts[0].split(separator: "/")
    guard path.count > 1 else { return (.notFound, Self.absent) }
    if path.count == 2 {
      let page = parts.count > 1 ? Self.page(in: parts[1]) : 1
      return content.pages.indices.contains(page - 1) ? (.ok, content.pages[page - 1]) : (.notFound, Self.absent)
    }
    guard let number = MadeUpAccount.number(of: path[2]), account.isThere(number, in: content.state) else {
      return (.notFound, Self.absent)
    }
    if path.count > 3 { return (.ok, ByteBuffer(string: account.interfaces(of: number))) }
    let name = head.method == .PATCH ? Self.name(in: String(buffer: body)) : nil
    return (.ok, ByteBuffer(string: #"{"data":\#(account.json(number, in: content.state, named: name))}"#))
  }

  /// What the benchmark asks for itself: `tally`, or the name of a state.
  private func control(_ word: Substring) -> (HTTPResponseStatus, ByteBuffer) {
    if let state = MadeUpAccount.State(rawValue: String(word)) {
      let pages = account.pages(in: state).map(ByteBuffer.init(string:))
      content.withLock { ($0.state, $0.pages) = (state, pages) }
    }
    var tally = content.withLock(\.tally)
    tally.processorSeconds = Usage.ofThisProcess.processorSeconds
    return (.ok, ByteBuffer(bytes: (try? JSONEncoder().encode(tally)) ?? Data()))
  }

  /// The page that a query asks for.
  private static func page(in query: Substring) -> Int {
    for item in query.split(separator: "&") {
      let pair = item.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, pair[0] == "page%5Bnumber%5D" || pair[0] == "page[number]" else { continue }
      return Int(pair[1]) ?? 1
    }
    return 1
  }

  /// The name in the body of a request, as it stands between its quotes.
  private static func name(in body: String) -> String? {
    guard let key = body.range(of: #""name":"#) else { return nil }
    return body[key.upperBound...].split(separator: "\"").first { $0 != " " }.map(String.init)
  }

  private static let absent = ByteBuffer(string: #"{"errors":[{"code":"10005","title":"Resource not found"}]}"#)
}

/// One connection: a request at a time, answered as late as the road is long.
private final class Conversation: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let server: PageServer
  private let latency: TimeAmount
  private var head: HTTPRequestHead?
  private var body = ByteBuffer()

  init(server: PageServer, latency: TimeAmount) {
    self.server = server
    self.latency = latency
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body.clear()
    case .body(var part): body.writeBuffer(&part)
    case .end:
      guard let head else { return }
      let (status, answer) = server.answer(head, body)
      guard latency > .zero else { return write(status, answer, context) }
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      context.eventLoop.scheduleTask(in: latency) {
        let (conversation, context) = bound.value
        conversation.write(status, answer, context)
      }
    }
  }

  private func write(_ status: HTTPResponseStatus, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
    let headers: HTTPHeaders = [
      "Content-Type": "application/json", "Content-Length": "\(body.readableBytes)", "Date": Self.date.text,
    ]
    let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  private static let date = DateHeader()
}

/// The time as `Date` tells it, written anew once a second.
private final class DateHeader: Sendable {
  private let last = Mutex((second: 0, text: ""))

  var text: String {
    let second = Int(Date().timeIntervalSince1970)
    return last.withLock { last in
      if last.second != second {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        last = (second, formatter.string(from: Date(timeIntervalSince1970: Double(second))))
      }
      return last.text
    }
  }
}
