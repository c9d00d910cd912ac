import Foundation
import NetsyncModel
import NetsyncReconcile
import NetsyncReplica

/// What is measured. Every suite has its contenders take turns, and gives a contest for each question.
enum Suite: String, CaseIterable, Sendable {
  /// A first pull, a second one of the same, and one of an account that people have worked on; no latency.
  case pull
  /// A first pull where every answer takes 50 ms.
  case slow
  /// A thousand renames where every answer takes 50 ms.
  case push
  /// The interfaces of two thousand networks where every answer takes 50 ms.
  case interfaces
  /// What people and programs ask of a replica, each as a whole process.
  case reads
  /// What a browser and Prometheus ask of a daemon.
  case page

  func run(_ tools: Tools, networks: Int, rounds: Int) throws -> [Contest] {
    switch self {
    case .pull: try measurePulls(tools, networks, rounds, latency: .zero)
    case .slow: try measurePulls(tools, networks, rounds, latency: .milliseconds(50))
    case .push: [try measurePush(tools, rounds)]
    case .interfaces: [try measureInterfaces(tools, rounds)]
    case .reads: [try measureReads(tools, networks, rounds)]
    case .page: [try measurePage(tools, networks, rounds)]
    }
  }
}

private let us = "netsync"
private let curl = "curl --parallel, 32 in flight"
private let sqlite = "SQLite's import of the pages"
private let vendor = "a script with the vendor's client"
private let looks = "curl --parallel, the confirming GETs"

private func measurePulls(_ tools: Tools, _ networks: Int, _ rounds: Int, latency: Duration) throws -> [Contest] {
  let account = MadeUpAccount(networks: networks)
  let milliseconds = Int(latency / .milliseconds(1))
  let of = "of \(networks.formatted()) networks, \(milliseconds) ms"
  let isSlow = latency > .zero
  var first = Contest("First pull \(of)")
  var again = Contest("Pull \(of), nothing changed")
  var changed = Contest("Pull \(of), of which 1 % are renamed, 0.5 % deleted and 0.5 % new")
  let server = try ServerProcess(account, latency: latency, tools.directory)
  defer { server.end() }
  var (peakDisk, file, floorFile) = (0, 0, 0)
  for _ in 0..<rounds {
    try tools.empty()
    try server.show(.first)
    let pages = account.pages(of: .first)
    func pull(_ meanwhile: (() -> Void)? = nil) throws -> Run {
      try tools.netsync(["pull", "--networks-only", "--quiet"], at: server).wait(meanwhile)
    }
    var (run, tally) = try server.tally { try pull { peakDisk = max(peakDisk, tools.size(of: tools.replica)) } }
    first.record(us, run, tally)
    file = tools.size(of: tools.replica, withLog: false)
    (run, tally) = try server.tally { try tools.curlPages(pages, at: server) }
    first.record(curl, run, tally)
    if isSlow { continue }
    first.record(sqlite, try tools.importPages(pages))
    floorFile = tools.size(of: tools.imported, withLog: false)
    if tools.vendorPython != nil {
      (run, tally) = try server.tally { try tools.vendorPull(at: server) }
      first.record(vendor, run, tally)
    }

    (run, tally) = try server.tally { try pull() }
    again.record(us, run, tally)
    again.record(curl, first.lastRun(of: curl))
    again.record(sqlite, first.lastRun(of: sqlite))

    try server.show(.changed)
    (run, tally) = try server.tally { try pull() }
    changed.record(us, run, tally)
    let changedPages = account.pages(of: .changed)
    (run, tally) = try server.tally { try tools.curlPages(changedPages, at: server) }
    changed.record(curl, run, tally)
    changed.record(sqlite, try tools.importPages(changedPages))
    let gone = (0..<networks).filter(account.isDeleted).map { ("/networks/\(account.id($0))", "/dev/null") }
    (run, tally) = try server.tally { try tools.curl(gone, at: server) }
    changed.record(looks, run, tally)
  }
  if isSlow {
    first.ratios = [.init(name: "netsync / curl", over: [us], under: [curl], aim: "1.2 at most")]
    return [first]
  }
  first.ratios = [
    .init(name: "netsync / (curl + SQLite)", over: [us], under: [curl, sqlite], aim: "1.2 at most"),
    .init(name: "the vendor's client / netsync", over: [vendor], under: [us], aim: "8 at least"),
  ]
  first.facts = [
    .init(name: "the server was busy", value: first.busy(us)),
    .init(name: "the file in the end", value: "\(mebibytes(file)) MiB; SQLite's \(mebibytes(floorFile)) MiB"),
    .init(name: "on the disk at most", value: "\(mebibytes(peakDisk)) MiB"),
  ]
  again.ratios = [.init(name: "netsync / (curl + SQLite)", over: [us], under: [curl, sqlite], aim: "0.22 at most")]
  changed.ratios = [
    .init(name: "netsync / (curl + SQLite + the GETs)", over: [us], under: [curl, sqlite, looks], aim: "0.7 at most")
  ]
  return [first, again, changed]
}

private func measurePush(_ tools: Tools, _ rounds: Int) throws -> Contest {
  let account = MadeUpAccount(networks: 1_000)
  let renames = (0..<1_000).map { "/networks/\(account.id($0))" }
  let method = ["-X", "PATCH", "-H", "Content-Type: application/json", "-d", #"{"name":"renamed"}"#]
  return try besideCurl("Push of 1,000 renames, 50 ms", account, tools, rounds, renames, method) { server in
    _ = try tools.netsync(["pull", "--networks-only", "--quiet"], at: server).wait()
    try tools.queueRenames(1_000)
    return ["sync", "--networks-only", "--quiet"]
  }
}

private func measureInterfaces(_ tools: Tools, _ rounds: Int) throws -> Contest {
  let account = MadeUpAccount(networks: 2_000)
  let pages = (1...account.pages(of: .first)).map { "/networks?page%5Bnumber%5D=\($0)" }
  let lists = (0..<2_000).map { "/networks/\(account.id($0))/network_interfaces" }
  let title = "Pull of 2,000 networks with their interfaces, 50 ms"
  return try besideCurl(title, account, tools, rounds, pages + lists) { _ in ["pull", "--quiet"] }
}

/// netsync and curl, in turns, where every answer takes 50 ms.
///
/// - Parameters:
///   - paths: what curl asks for.
///   - prepare: makes the replica ready, and gives the command that is measured.
private func besideCurl(
  _ title: String,
  _ account: MadeUpAccount,
  _ tools: Tools,
  _ rounds: Int,
  _ paths: [String],
  _ method: [String] = [],
  prepare: (ServerProcess) throws -> [String]
) throws -> Contest {
  var contest = Contest(title)
  let server = try ServerProcess(account, latency: .milliseconds(50), tools.directory)
  defer { server.end() }
  for _ in 0..<rounds {
    try tools.empty()
    let command = try prepare(server)
    let (run, tally) = try server.tally { try tools.netsync(command, at: server).wait() }
    contest.record(us, run, tally)
    let (floor, asked) = try server.tally { try tools.curl(paths.map { ($0, "/dev/null") }, at: server, method) }
    contest.record(curl, floor, asked)
  }
  contest.ratios = [.init(name: "netsync / curl", over: [us], under: [curl], aim: "1.3 at most")]
  return contest
}

private func measureReads(_ tools: Tools, _ networks: Int, _ rounds: Int) throws -> Contest {
  let account = MadeUpAccount(networks: networks)
  var contest = Contest("Reads of \(networks.formatted()) networks, each a whole process")
  try tools.pullAll(of: account)
  let start = "netsync --version"
  let questions: [[String]] = [
    ["--version"], ["status"], ["networks", "show", account.id(networks / 2)],
    ["networks", "list", "--limit", "50"], ["networks", "list", "--limit", "50", "--sort", "updated_at"],
    ["networks", "list", "--limit", "50", "--sort", "created_at"],
    ["networks", "list", "--limit", "50", "--name", "dfw-edge-1"],
    ["networks", "list", "--limit", "50", "--name", "oice-99"], ["networks", "list", "--limit", "50", "--sort", "id"],
    ["networks", "list", "--limit", "50", "--sort", "state"],
    ["networks", "list", "--limit", "50", "--sort", "interfaces"],
    ["search", "--limit", "50", "oice-99"],
    ["log", "--since", "1d", "--limit", "50"],
    ["networks", "list", "--output", "tsv"], ["networks", "list", "--output", "json"],
  ]
  for _ in 0..<rounds {
    for question in questions {
      contest.record("netsync \(question.joined(separator: " "))", try tools.netsync(question).wait())
    }
  }
  contest.ratios = contest.contenders.dropFirst().map {
    let aim = $0.name.contains("--output") ? nil : "3 at most"
    return .init(name: "\($0.name) / --version", over: [$0.name], under: [start], aim: aim)
  }
  return contest
}

private func measurePage(_ tools: Tools, _ networks: Int, _ rounds: Int) throws -> Contest {
  let account = MadeUpAccount(networks: networks)
  var contest = Contest("The page of a daemon with \(networks.formatted()) networks, each answer")
  try tools.pullAll(of: account)
  let socket = "\(tools.directory)/page.sock"
  let daemon = try tools.netsync(["daemon", "--listen", "unix:\(socket)"])
  defer { daemon.end() }
  let paths = [
    "/", "/networks", "/networks?after=\(account.id(networks / 2))", "/networks?q=oice-99",
    "/networks/\(account.id(7))",
    "/interfaces", "/metrics",
  ]
  for _ in 0..<rounds {
    for path in paths { contest.record(path, try tools.answer(of: socket, to: path)) }
  }
  contest.facts = contest.contenders.compactMap { contender in
    Spread(contender.runs.map(\.seconds)).map {
      .init(name: contender.name, value: "\(($0.median * 1_000).text(1)) ms   (aim: 50 at most)")
    }
  }
  return contest
}

extension MadeUpAccount {
  /// How many pages the listing has.
  fileprivate func pages(of state: State) -> Int { (listed(in: state).count + Self.pageSize - 1) / Self.pageSize }
}

extension Contest {
  fileprivate func lastRun(of name: String) -> Run {
    contenders.first { $0.name == name }?.runs.last ?? Run(seconds: 0, usage: Usage())
  }

  /// The share of the time that the server's one thread worked.
  fileprivate func busy(_ name: String) -> String {
    guard let contender = contenders.first(where: { $0.name == name }),
      let share = Spread(zip(contender.tallies, contender.runs).map { 100 * $0.processorSeconds / $1.seconds })
    else { return "" }
    return "\(share.median.text(0)) % of the time of netsync"
  }
}

extension Tools {
  /// Begins anew, with a replica of all networks.
  fileprivate func pullAll(of account: MadeUpAccount) throws {
    try empty()
    let server = try ServerProcess(account, latency: .zero, directory)
    defer { server.end() }
    _ = try netsync(["pull", "--networks-only", "--quiet"], at: server).wait()
  }

  /// How long a page's answer takes; waits until somebody listens.
  fileprivate func answer(of socket: String, to path: String) throws -> Run {
    let seconds = "\(directory)/seconds.txt"
    let wait = ["--retry", "50", "--retry-all-errors", "--retry-delay", "1", "--retry-max-time", "60"]
    let measure = ["--output", "/dev/null", "--write-out", "%{time_total}", "http://localhost\(path)"]
    var run = try Child(["curl", "-s", "-S", "--fail", "--unix-socket", socket] + wait + measure, output: seconds)
      .wait()
    run.seconds = Double(try String(contentsOfFile: seconds, encoding: .utf8)) ?? .infinity
    return run
  }

  /// Renames so many networks on this host.
  fileprivate func queueRenames(_ count: Int) throws {
    let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
    let replica = try Replica.open(replica, .existing, now: { now })
    for network in try replica.networks().prefix(count) {
      let name = NetworkName("\(network.name?.text ?? "")-renamed")
      _ = try replica.edit(network.key, .rename(to: name))
    }
  }
}
