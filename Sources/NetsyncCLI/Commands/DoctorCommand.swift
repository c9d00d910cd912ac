import ArgumentParser
import FoundationEssentials
import Netsync

/// `netsync doctor`: checks, each a fact, a verdict, and what to type.
struct DoctorCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check settings, key, replica and outbox; with --network the way to the API too.",
    discussion: """
      Exit 1 where something does not work. Without --network no connection is opened, and with it the API is only read. How it \
      behaves where its documentation does not say is remembered, and told later without it. --fix mends what needs no question: modes of \
      files, and what killed processes have left.
      """
  )

  @Flag(help: "Follow the way to the API hop by hop, and learn how it behaves.")
  var network = false
  @Flag(help: "Mend what can be mended without a question.")
  var fix = false
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let local = LocalDoctor(
      global: global,
      environment: ProcessInfo.processInfo.environment,
      isToFix: fix,
      isAlone: !network
    )
    var findings = await local.findings()
    // Without settings nobody knows where to, without a key nobody may.
    if network, !findings.contains(where: { ["settings", "key"].contains($0.check) && $0.verdict == .fault }) {
      findings += try await NetworkDoctor(session: Session(global)).findings()
    }
    let faults = findings.filter { $0.verdict == .fault }
    let isSound = faults.isEmpty
    let isWell = isSound && !findings.contains { $0.verdict == .warning }
    let last: TerminalText = isWell ? "All is well." : "It works; see what is said above."
    try global.answer(
      ["schema": "netsync.doctor/1", "sound": .bool(isSound), "checks": .array(findings.map(\.json))],
      orSay: findings.flatMap(\.lines) + (isSound ? [last] : [])
    )
    if !isSound { throw UserMessage.unsound(faults) }
  }
}

extension UserMessage {
  fileprivate static func unsound(_ faults: [Finding]) -> UserMessage {
    UserMessage(
      exit: .failed,
      code: "unsound",
      message: "something does not work",
      why: "\(faults.map { "\($0.check): \($0.fact.string)" }.joined(separator: "; "))",
      state: "your data is as it was",
      next: faults.compactMap(\.next)
    )
  }
}
