import NIOCore
import NIOHTTP1
import NetsyncAPI

/// Looks at an answer as it comes over the wire, between the decoder of HTTP and what decompresses the body.
///
/// It closes a connection whose answer has a status below 100, for which the client has no state (it would end the process), and one
/// whose body is over its limit before it is decompressed.
final class AnswerGuard: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias InboundOut = HTTPClientResponsePart

  /// Bytes of a body, as they come over the wire.
  private let limit: Int
  private var bytes = 0
  private var hasFailed = false

  private init(limit: Int) {
    self.limit = limit
  }

  /// Behind the decoder, in front of everything else.
  static func add(to pipeline: ChannelPipeline.SynchronousOperations, limit: Int) throws {
    let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
    try pipeline.addHandler(AnswerGuard(limit: limit), position: .after(decoder))
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !hasFailed else { return }
    switch unwrapInboundIn(data) {
    case .head(let head) where head.status.code < 100:
      fail(ImpossibleStatus(code: head.status.code), context)
    case .head(let head):
      bytes = 0
      context.fireChannelRead(wrapInboundOut(.head(head.withUsualCoding)))
    case .body(let part):
      bytes += part.readableBytes
      guard bytes <= limit else { return fail(TransportFailure.bodyTooLarge(limit: limit), context) }
      context.fireChannelRead(data)
    case .end:
      context.fireChannelRead(data)
    }
  }

  private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
    hasFailed = true
    context.fireErrorCaught(error)
    context.close(promise: nil)
  }
}

/// A status that HTTP does not have.
struct ImpossibleStatus: Error {
  var code: UInt
}

extension HTTPResponseHead {
  /// The same in the words of what decompresses: `x-gzip` is another word for `gzip` (RFC 9110, 8.4.1.3), and what has no body is not
  /// compressed, whatever it says.
  fileprivate var withUsualCoding: HTTPResponseHead {
    guard let coding = headers["content-encoding"].first else { return self }
    var usual = self
    if [.noContent, .notModified].contains(status) || headers["content-length"] == ["0"] {
      usual.headers.remove(name: "content-encoding")
    } else if coding.lowercased() == "x-gzip" {
      usual.headers.replaceOrAdd(name: "content-encoding", value: "gzip")
    }
    return usual
  }
}
