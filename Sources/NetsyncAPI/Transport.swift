package import HTTPTypes
package import NetsyncModel

/// The one seam under the client: carries a request, once, and brings its answer back whole.
///
/// A transport never follows a redirect, never repeats a request, and keeps to the limits of the request it is given.
package protocol Transport: Sendable {
  func send(_ request: TransportRequest) async throws(TransportFailure) -> TransportResponse
}

/// A request with the limits that its answer has to keep (R16).
package struct TransportRequest: Sendable {
  package var head: HTTPRequest
  package var body: [UInt8]
  /// For the whole exchange: connecting, sending and receiving the last byte.
  package var timeout: Duration
  /// Bytes of the answer's body, decompressed.
  package var bodyLimit: Int

  package init(head: HTTPRequest, body: [UInt8] = [], timeout: Duration, bodyLimit: Int) {
    self.head = head
    self.body = body
    self.timeout = timeout
    self.bodyLimit = bodyLimit
  }
}

/// An answer, with its whole body, decompressed.
package struct TransportResponse: Sendable {
  package var head: HTTPResponse
  package var body: [UInt8]

  package init(head: HTTPResponse, body: [UInt8]) {
    self.head = head
    self.body = body
  }
}

/// Why there is no answer. The difference between the first two decides whether a create may be sent again (R6).
package enum TransportFailure: Error, Hashable, Sendable {
  /// Not one byte of the request can have left.
  case notSent(ConnectionFailure)
  /// The request may have arrived.
  case noAnswer(reason: String)
  /// The answer's body passed its limit, in bytes, as it came or decompressed.
  case bodyTooLarge(limit: Int)
  /// The answer's body does not decompress: it is cut off, damaged, or something else than its head says.
  case notCompressedAsTold
  /// The answer's body decompresses to more than so many times its bytes.
  case decompressionBomb(ratio: Int)
  /// The answer's headers passed the limit of the transport.
  case headersTooLarge
}
