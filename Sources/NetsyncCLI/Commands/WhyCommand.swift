import ArgumentParser
import Netsync
import NetsyncReplica

/// `netsync why`: the evidence behind one network's state.
struct WhyCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Why a network is as it is: each sweep, request, answer and decision.",
    discussion: "A network that is gone answers too, to its id or its last name."
  )

  /// What one answer tells at most; 'log --network' tells the rest.
  private static let changes = 200

  @Argument(help: ArgumentHelp("Id, local id, id prefix or exact name.", valueName: "net"), completion: .networks)
  var network: String
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let session = try Session(global)
    let replica = try session.open()
    let network = try session.trace(network, in: replica)
    let history = try session.step { () throws(ReplicaError) in
      try replica.history(of: network, limit: Self.changes)
    }
    let chain = history.chain
    try session.answer(
      [
        "schema": "netsync.why/1",
        "id": JSONText(network.id?.text),
        "local_id": JSONText(network.localID?.text),
        "name": JSONText(network.name?.text),
        "chain": .array(
          chain.map { ["at": .string($0.at.rfc3339), "what": .string($0.what), "evidence": $0.evidence] }
        ),
      ],
      orSay: ["\(network.label)"] + chain.map { "\($0.at.rfc3339)  \($0.what)" }
    )
    if history.isCut {
      let reference = network.id?.text ?? network.localID?.text ?? ""
      session.note("Older changes are left out; 'netsync log --network \(reference)' has them.")
    }
  }
}
