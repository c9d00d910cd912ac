import ArgumentParser
import Netsync
import NetsyncReplica

/// `netsync graph`: networks, interfaces and regions as a picture.
struct GraphCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Draw networks, their interfaces and regions: -o text, dot, mermaid or svg.",
    discussion: """
      As they are here, local edits included. What is not provisioned, or not in sync, is dashed. \
      'netsync graph -o svg > networks.svg' makes a file that every browser shows.
      """
  )

  @Option(help: ArgumentHelp("Only this network.", valueName: "net"), completion: .networks)
  var network: [String] = []
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    switch global.output {
    case nil where !global.json, .picture: break
    default:
      throw ValidationError("a graph is text, dot, mermaid or svg; 'netsync interfaces list --json' has its data")
    }
  }

  func run() async throws {
    let session = try Session(global)
    let replica = try session.open()
    var networks: [Network] = []
    var interfaces: [NetworkInterface] = []
    if network.isEmpty {
      (networks, interfaces) = try session.step { () throws(ReplicaError) in
        (try replica.networks(), try replica.interfaces())
      }
    } else {
      networks = try network.map { try session.find($0, in: replica) }
      for network in networks {
        var filter = InterfaceFilter()
        filter.network = network.key
        interfaces += try session.step { [filter] () throws(ReplicaError) in try replica.interfaces(filter) }
      }
    }
    let format: GraphFormat = if case .picture(let format) = global.output { format } else { .text }
    for line in format.lines(of: NetworkGraph(networks, interfaces)) { try StandardStream.output.write(line + "\n") }
    try StandardStream.output.flush()
    if networks.isEmpty { session.note("No networks.") }
  }
}
