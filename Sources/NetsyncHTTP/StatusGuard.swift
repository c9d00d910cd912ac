import NIOCore
import NIOHTTP1

/// Closes a connection whose answer has a status below 100: the client has no state for one, and would end the process.
final class StatusGuard: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias InboundOut = HTTPClientResponsePart

  private var hasFailed = false

  /// Behind the decoder, in front of the client.
  static func add(to pipeline: ChannelPipeline.SynchronousOperations) throws {
    let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
    try pipeline.addHandler(StatusGuard(), position: .after(decoder))
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !hasFailed else { return }
    if case .head(let head) = unwrapInboundIn(data), head.status.code < 100 {
      hasFailed = true
      context.fireErrorCaught(ImpossibleStatus(code: head.status.code))
      context.close(promise: nil)
    } else {
      context.fireChannelRead(data)
    }
  }
}

/// A status that HTTP does not have.
struct ImpossibleStatus: Error {
  var code: UInt
}
