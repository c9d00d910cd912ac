import NIOCore
import NIOPosix

/// A connection to a port of this host, as bytes.
typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

/// Connects to a port of this host.
func connect(port: Int) async throws -> Connection {
  try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
    .connect(host: "127.0.0.1", port: port) { channel in
      channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
    }
}

/// Sends bytes on a connection of their own, and returns all that comes until the server closes it.
func exchange(_ bytes: [UInt8], port: Int) async throws -> [UInt8] {
  try await connect(port: port).executeThenClose { inbound, outbound in
    try await outbound.write(ByteBuffer(bytes: bytes))
    var received: [UInt8] = []
    for try await part in inbound { received += part.readableBytesView }
    return received
  }
}
