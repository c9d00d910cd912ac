import FoundationEssentials
import Netsync
import NetsyncEngine
import NetsyncReconcile

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

  /// Writes a plan for its user's eyes alone: it holds names. A file that is there stays as it is, unless it is empty or an older plan.
  static func write(_ plan: JSONText, to path: String) throws {
    try OutputFile.replace(path, after: refuseOther) { try $0.write(plan.rendered(pretty: true) + "\n") }
  }

  private static func refuseOther(_ path: String) throws(UserMessage) {
    guard let there = try? Data(contentsOf: URL(filePath: path)), there.isEmpty || decoded(there) != nil else {
      throw .usage(
        "the plan was not written",
        why: "\(path) is there, and is no plan; it stays as it is",
        next: "choose another file"
      )
    }
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
