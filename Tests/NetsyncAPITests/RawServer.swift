import HTTPTypes
import NIOCore
import NIOPosix
import NetsyncAPI
import Synchronization

/// A server on loopback that says the same to every request, once the whole of it is there.
struct RawServer {
  let channel: any Channel
  private let asks: Asks

  /// - Parameter drip: said behind the answer, again and again, a hundred times a second.
  init(_ answer: [UInt8], drip: String? = nil) async throws {
    let asks = Asks()
    self.asks = asks
    channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Sayer(answer: answer, drip: drip, asks: asks))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  init(_ answer: String, drip: String? = nil) async throws {
    try await self.init(Array(answer.utf8), drip: drip)
  }

  func close() async throws {
    try await channel.close()
  }

  /// Returns once somebody has asked, and is answered.
  func isAsked() async {
    await asks.isAsked()
  }

  /// How many requests came.
  var requests: Int { asks.texts.count }

  /// How many connections were made.
  var connections: Int { asks.connections }

  /// What each of them said, in small letters.
  var heard: [String] { asks.texts }

  var authority: String { "127.0.0.1:\(channel.localAddress?.port ?? 0)" }

  var request: TransportRequest {
    let head = HTTPRequest(method: .get, scheme: "http", authority: authority, path: "/v2/networks")
    return TransportRequest(head: head, body: [], timeout: .seconds(600), bodyLimit: 1_000)
  }

  private final class Sayer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: [UInt8]
    private let drip: String?
    private let asks: Asks
    private var heard: [UInt8] = []

    init(answer: [UInt8], drip: String?, asks: Asks) {
      self.answer = answer
      self.drip = drip
      self.asks = asks
    }

    func channelActive(context: ChannelHandlerContext) {
      asks.isConnected()
      context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      heard += unwrapInboundIn(data).readableBytesView
      let text = String(decoding: heard, as: UTF8.self).lowercased()
      guard isWhole(text) else { return }
      heard = []
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: answer)), promise: nil)
      asks.add(text)
      guard let drip else { return }
      let channel = context.channel
      channel.eventLoop.scheduleRepeatedTask(initialDelay: .milliseconds(10), delay: .milliseconds(10)) { task in
        if channel.isActive {
          channel.writeAndFlush(ByteBuffer(string: drip), promise: nil)
        } else {
          task.cancel()
        }
      }
    }
  }
}

/// The requests that a server was sent.
private final class Asks: Sendable {
  private let made = Mutex(0)
  private let requests = Mutex<[String]>([])
  private let arrivals: AsyncStream<Void>
  private let arrival: AsyncStream<Void>.Continuation

  init() {
    (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
  }

  var connections: Int { made.withLock { $0 } }

  func isConnected() {
    made.withLock { $0 += 1 }
  }

  var texts: [String] { requests.withLock { $0 } }

  func add(_ text: String) {
    requests.withLock { $0.append(text) }
    arrival.yield()
  }

  func isAsked() async {
    _ = await arrivals.first { _ in true }
  }
}

/// Whether a request is there with its body.
private func isWhole(_ text: String) -> Bool {
  guard let end = text.firstRange(of: "\r\n\r\n") else { return false }
  let fields = text[..<end.lowerBound].split(separator: "\r\n")
  let length = fields.first { $0.hasPrefix("content-length:") }.flatMap { Int($0.filter(\.isNumber)) }
  return text.utf8.distance(from: end.upperBound, to: text.endIndex) >= length ?? 0
}
