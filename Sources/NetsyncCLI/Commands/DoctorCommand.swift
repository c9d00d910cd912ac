import ArgumentParser
import FoundationEssentials
import Netsync

/// `netsync doctor`: checks, each a fact, a verdict, and what to type.
struct DoctorCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check settings, key, replica and outbox; with --network the way to the API too.",
    discussion: """
      Exit 1 where something does not work. Without --network no connection is opened, and with it the API is only read. --fix mends \
      what needs no question: modes of files, and what killed processes have left.
      """
  )

  @Flag(help: "Follow the way to the API hop by hop, and learn how it behaves.")
  var network = false
  @Flag(help: "Mend what can be mended without a question.")
  var fix = false
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let local = LocalDoctor(global: global, environment: ProcessInfo.processInfo.environment, isToFix: fix)
    var findings = await local.findings()
    // Without settings nobody knows where to, without a key nobody may.
    if network, !findings.contains(where: { ["settings", "key"].contains($0.check) && $0.verdict == .fault }) {
      findings += try await NetworkDoctor(session: Session(global)).findings()
    }
    let isSound = !findings.contains { $0.verdict == .fault }
    let count = findings.count { [.fault, .warning].contains($0.verdict) }
    let last: TerminalText =
      count == 0
      ? "All is well." : isSound ? "It works; see what is said above." : "Something does not work; see 'next' above."
    try global.answer(
      ["schema": "netsync.doctor/1", "sound": .bool(isSound), "checks": .array(findings.map(\.json))],
      orSay: findings.flatMap(\.lines) + [last]
    )
    if !isSound { throw ExitStatus.failed }
  }
}
