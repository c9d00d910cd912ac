import FoundationEssentials
import Netsync
import NetsyncEngine
import NetsyncReconcile

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A plan as `plan --save` writes it and `push PLAN` reads it back.
enum PlanFile {
  private struct Plan: Decodable {
    let schema: String
    let actions: [Action]
  }

  private struct Action: Decodable {
    let edit: Int64
    let action: String
    let name: String?
    let base_name: String?

    var planned: PlannedEdit? {
      let intent: Intent
      switch (Intent.Action(rawValue: action), name) {
      case (.create?, let name?): intent = .create(NetworkName(name))
      case (.rename?, let name?): intent = .rename(to: NetworkName(name))
      case (.delete?, _): intent = .delete
      case (.create?, nil), (.rename?, nil), (nil, _): return nil
      }
      return PlannedEdit(edit: EditNumber(rawValue: edit), intent: intent, baseName: base_name.map { NetworkName($0) })
    }
  }

  /// Writes a plan for its user's eyes alone: it holds names. A file that is there stays as it is, unless it is an older plan.
  static func write(_ plan: JSONText, to path: String) throws(UserMessage) {
    let descriptor = unsafe open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw unwritten(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    if unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
      if status.st_size > 0, (try? Data(contentsOf: URL(filePath: path))).flatMap(decoded) == nil {
        throw .usage(
          "the plan was not written",
          why: "\(path) is there, and is no plan; it stays as it is",
          next: "choose another file"
        )
      }
      guard ftruncate(descriptor, 0) == 0, fchmod(descriptor, 0o600) == 0 else { throw unwritten(path, errno) }
    }
    do {
      try StandardStream(descriptor: descriptor, capacity: 0).write(plan.rendered(pretty: true) + "\n")
    } catch {
      throw unwritten(path, errno)
    }
  }

  private static func unwritten(_ path: String, _ code: Int32) -> UserMessage {
    .usage(
      "the plan could not be written",
      why: "\(path): \(SystemRefusal(errno: code).description)",
      next: "choose another file"
    )
  }

  static func read(_ path: String) throws(UserMessage) -> [PlannedEdit] {
    guard let data = try? Data(contentsOf: URL(filePath: path)) else {
      throw .usage(
        "the plan cannot be read",
        why: "\(path) does not exist or is not yours",
        next: "netsync plan --save \(path)"
      )
    }
    guard let plan = decoded(data) else {
      throw .usage(
        "that file is no plan",
        why: "\(path) was not written by 'netsync plan --save'",
        next: "netsync plan --save with another file"
      )
    }
    let planned = plan.actions.compactMap(\.planned)
    guard planned.count == plan.actions.count else {
      throw .usage(
        "that plan cannot be used",
        why: "\(path) holds an action that push does not know",
        next: "netsync plan --save \(path)"
      )
    }
    return planned
  }

  private static func decoded(_ data: Data) -> Plan? {
    let plan = try? JSONDecoder().decode(Plan.self, from: data)
    return plan?.schema == "netsync.plan/1" ? plan : nil
  }
}
