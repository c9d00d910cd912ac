import NIOCore
import NIOSSL
import NetsyncAPI
import NetsyncModel
import Testing

@testable import NetsyncHTTP

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// What is said of an error decides whether a create goes out again without a look for it (R6).
@Suite struct TransportFailureTests {
  private struct Unheard: Error {}

  @Test func `an error that may come after the request has left is never taken for one before it`() {
    let errors: [any Error] = [
      IOError(errnoCode: EHOSTUNREACH, reason: "read"), IOError(errnoCode: ENETUNREACH, reason: "write"),
      IOError(errnoCode: ECONNRESET, reason: "read"), IOError(errnoCode: EPIPE, reason: "write"),
      IOError(errnoCode: ETIMEDOUT, reason: "read"), IOError(errnoCode: EIO, reason: "read"),
      NIOSSLError.uncleanShutdown, NIOSSLError.writeDuringTLSShutdown, NIOSSLError.readInInvalidTLSState,
      NIOSSLError.shutdownFailed(.zeroReturn), BoringSSLError.sslError([]), BoringSSLError.syscallError,
      ChannelError.ioOnClosedChannel, ChannelError.eof, CancellationError(), Unheard(),
    ]
    for error in errors {
      guard case .noAnswer(let reason) = failure(error) else {
        Issue.record("\(error) is taken for \(failure(error))")
        continue
      }
      #expect(!reason.contains("NIO") && !reason.contains("Error") && !reason.contains("/"), "\(reason)")
    }
  }

  @Test func `a refused connection and a broken handshake are known to come before`() {
    #expect(failure(IOError(errnoCode: ECONNREFUSED, reason: "connect")) == .notSent(.init(.refused, host: "")))
    #expect(failure(NIOSSLError.handshakeFailed(.sslError([]))) == .notSent(.init(.brokenHandshake, host: "")))
    #expect(failure(NIOSSLExtraError.failedToValidateHostname) == .notSent(.init(.otherHost(nil), host: "")))
  }
}
