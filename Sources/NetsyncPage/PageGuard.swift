import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NetsyncReplica

/// Keeps other sites away from the page, and the page away from other sites.
///
/// A browser on this host shows pages of strangers too. One of them could point its own name at 127.0.0.1, or send a form here:
/// the first is told by its `Host`, the second by its `Origin` and `Sec-Fetch-Site`, and by the token that it cannot know.
struct PageGuard: RouterMiddleware {
  /// The ways to say this host.
  private static let hosts: Set<Substring> = ["127.0.0.1", "localhost", "[::1]"]

  let checksHost: Bool

  func handle(
    _ request: Request,
    context: BasicRequestContext,
    next: @concurrent (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    var response: Response
    do {
      try check(request)
      response = try await next(request, context)
    } catch let refusal as Refusal {
      response = .text("\(refusal.words)\n", status: refusal.status)
    } catch let error as any HTTPResponseError {
      response = .text("\(Refusal.words(error.status))\n", status: error.status)
    } catch let error as ReplicaError {
      context.logger.error("the page cannot read the replica", metadata: ["error": "\(error)"])
      response = .text("The replica cannot be read; 'netsync status' says why.\n", status: .internalServerError)
    }
    for (name, value) in Self.headers { response.headers[name] = value }
    return response
  }

  private func check(_ request: Request) throws(Refusal) {
    let authority = request.head.authority ?? ""
    if checksHost {
      let host =
        authority.last == "]"
        ? authority[...] : authority.prefix(upTo: authority.lastIndex(of: ":") ?? authority.endIndex)
      guard Self.hosts.contains(host) else { throw .strangeHost }
    }
    guard request.method != .get, request.method != .head else { return }
    let site = request.headers[.secFetchSite]
    guard site == nil || site == "same-origin" else { throw .strangeForm }
    guard let origin = request.headers[.origin] else { return }
    guard origin == "http://\(authority)" || origin == "https://\(authority)" else { throw .strangeForm }
  }

  private static let headers: [(HTTPField.Name, String)] = [
    (.cacheControl, "no-store"),
    (
      .contentSecurityPolicy,
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    (.crossOriginOpenerPolicy, "same-origin"),
    (.crossOriginResourcePolicy, "same-origin"),
    // Without a referrer a browser would not say its origin either.
    (.referrerPolicy, "same-origin"),
    (.xContentTypeOptions, "nosniff"),
  ]
}

/// Why a request is not answered.
enum Refusal: Error {
  case strangeHost, strangeForm, noForm, notFound

  var status: HTTPResponse.Status {
    switch self {
    case .strangeHost: .misdirectedRequest
    case .strangeForm: .forbidden
    case .noForm: .badRequest
    case .notFound: .notFound
    }
  }

  var words: String {
    switch self {
    case .strangeHost: "This page is served to this host only, as 127.0.0.1 or localhost."
    case .strangeForm: "This form is not of this page, or older than its daemon. Nothing was done; load the page again."
    case .noForm: Self.words(.badRequest)
    case .notFound: Self.words(.notFound)
    }
  }

  static func words(_ status: HTTPResponse.Status) -> String {
    status == .notFound
      ? "There is no such page. The first one is /." : "\(status.code) \(status.reasonPhrase). Nothing was done."
  }
}

extension Response {
  static func text(
    _ text: String,
    type: String = "text/plain; charset=utf-8",
    status: HTTPResponse.Status = .ok
  ) -> Response {
    Response(
      status: status,
      headers: [.contentType: type],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text))
    )
  }
}

extension HTTPField.Name {
  fileprivate static let secFetchSite = Self("Sec-Fetch-Site")!
  fileprivate static let crossOriginOpenerPolicy = Self("Cross-Origin-Opener-Policy")!
  fileprivate static let referrerPolicy = Self("Referrer-Policy")!
}
