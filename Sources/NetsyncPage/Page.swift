import HTTPTypes
import Hummingbird
import HummingbirdCore
import Mustache
import NIOCore
package import NetsyncModel
package import NetsyncReplica

/// What a browser shows of a replica, and what Prometheus and a health check ask of its daemon.
///
/// Every page is made here, whole, and needs no script; what changes something is a form. All that a person can do here, the
/// command line can do too.
package struct Page: Sendable {
  let replica: Replica
  let metrics: @Sendable () -> String
  let health: @Sendable () -> Bool
  let syncNow: @Sendable (SyncApproval?) -> Void
  /// Stands in every form that was made here, and nobody else can know it.
  let token = FormToken()
  let templates: Templates

  /// - Parameters:
  ///   - metrics: in Prometheus' text format.
  ///   - health: whether syncing is alive.
  ///   - syncNow: asks for a pull and a push, with what a person has allowed them; returns at once.
  package init(
    replica: Replica,
    metrics: @escaping @Sendable () -> String,
    health: @escaping @Sendable () -> Bool,
    syncNow: @escaping @Sendable (SyncApproval?) -> Void
  ) throws {
    templates = try Templates()
    self.replica = replica
    self.metrics = metrics
    self.health = health
    self.syncNow = syncNow
  }

  /// What answers requests.
  ///
  /// - Parameter isUnixSocket: then any `Host` will do, since no other site can reach it.
  func router(isUnixSocket: Bool) -> Router<BasicRequestContext> {
    let router = Router(options: .autoGenerateHeadEndpoints)
    router.add(middleware: PageGuard(checksHost: !isUnixSocket))
    router.get("/") { request, _ in try overview(said: Said(request.uri)) }
    router.get("/networks") { request, _ in try networks(Search(request.uri), said: Said(request.uri)) }
    router.get("/networks/:reference") { request, context in
      try network(context.parameters.require("reference"), said: Said(request.uri))
    }
    router.get("/interfaces") { request, _ in try interfaces(Search(request.uri)) }
    router.get("/style.css") { _, _ in Response.text(Asset.style, type: "text/css; charset=utf-8") }
    router.get("/icon.svg") { _, _ in Response.text(Asset.icon, type: "image/svg+xml") }
    router.get("/metrics") { _, _ in Response.text(metrics(), type: "text/plain; version=0.0.4; charset=utf-8") }
    router.get("/health") { _, _ in
      let isWell = health()
      return Response.text(isWell ? "ok\n" : "stuck\n", status: isWell ? .ok : .serviceUnavailable)
    }
    router.post("/sync") { request, _ in
      _ = try await form(request)
      syncNow(nil)
      return Said(.syncing).redirect()
    }
    router.post("/held") { request, _ in
      let form = try await form(request)
      return try allow(form.take.flatMap(HeldWork.init(rawValue:)), form.count).redirect()
    }
    router.post("/networks") { request, _ in try await create(form(request).name) }
    router.post("/networks/:reference") { request, context in
      let form = try await form(request)
      let reference = try context.parameters.require("reference")
      return try edit(reference, form.take.flatMap(NetworkWork.init(rawValue:)), form.name)
    }
    router.post("/networks/:reference/changes/:change") { request, context in
      _ = try await form(request)
      guard let change = context.parameters.get("change", as: Int64.self) else { throw Refusal.notFound }
      return try undo(ChangeNumber(rawValue: change), of: context.parameters.require("reference"))
    }
    router.post("/conflicts/:edit") { request, context in
      let form = try await form(request)
      return try resolve(try edit(context), form.take.flatMap(ConflictSide.init(rawValue:))).redirect()
    }
    router.post("/outbox/:edit") { request, context in
      let form = try await form(request)
      return try work(on: try edit(context), form.take.flatMap(QueueWork.init(rawValue:))).redirect()
    }
    return router
  }

  /// The fields of a form that was made here.
  private struct Form: Decodable {
    var token: String?
    /// What its button says.
    var take: String?
    var name: String?
    var count: Int?
  }

  private func form(_ request: Request) async throws -> Form {
    let body = try await request.body.collect(upTo: Self.longestForm)
    guard let form = try? URLEncodedFormDecoder().decode(Form.self, from: String(buffer: body)) else {
      throw Refusal.noForm
    }
    guard token.matches(form.token) else { throw Refusal.strangeForm }
    return form
  }

  /// A name of a thousand letters has up to twelve bytes for each.
  private static let longestForm = 16_384

  private func edit(_ context: BasicRequestContext) throws -> EditNumber {
    guard let number = context.parameters.get("edit", as: EditNumber.self) else { throw Refusal.notFound }
    return number
  }
}
