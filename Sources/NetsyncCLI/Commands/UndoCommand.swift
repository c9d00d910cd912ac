import ArgumentParser
import Netsync
import NetsyncReconcile
import NetsyncReplica

/// `netsync undo`: queue the reverse of a change.
struct UndoCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Queue the reverse of a change, made here or there.",
    discussion: """
      It is an edit like any other: visible at once, sent with the next push, undone like any change. What changed again since \
      is left alone (exit 7). A network that is gone comes back as a new one, with a new id and without its interfaces.
      """
  )

  @Argument(help: ArgumentHelp("The number of the change, from 'netsync log'.", valueName: "n"))
  var change: Int64
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let session = try Session(global)
    let replica = try session.open()
    let number = ChangeNumber(rawValue: change)
    let receipt = try session.step { () throws(ReplicaError) in
      try replica.undo(number, localID: .random(at: .now))
    }
    switch receipt {
    case .edited(let receipt):
      try session.say(receipt, undoing: number, in: replica)
    case .anew(let edit, let network):
      try session.say(.queued(edit, network, replacing: nil), undoing: number, in: replica)
      session.note("It will be another network: a new id, and none of the old one's interfaces.")
    case .refused(let refusal, let see):
      throw UserMessage(refusal, of: number, see: see)
    }
  }
}
