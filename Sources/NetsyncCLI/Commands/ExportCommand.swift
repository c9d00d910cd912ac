import ArgumentParser
import FoundationEssentials
import Netsync
import NetsyncReplica

/// `netsync export`: the networks as a table for other programs, or the whole replica as a file.
struct ExportCommand: NetsyncVerb {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the networks as CSV or JSON, or a copy of the replica.",
    discussion: """
      CSV and JSON have every field of every network, local edits included, on stdout or in a file. 'netsync import' takes the CSV \
      back. A text that a spreadsheet would take for a formula has an apostrophe before it.
      """
  )

  /// What can be written.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case csv, json, sqlite

    /// nil for a copy of the replica.
    var rows: OutputFormat? {
      switch self {
      case .csv: .csv
      case .json: .json
      case .sqlite: nil
      }
    }
  }

  static let answersWithRows = true

  @Option(
    help: ArgumentHelp(
      "csv, json, or sqlite for a copy of the replica; by the file's name, else csv.",
      valueName: "format"
    )
  )
  var format: Format?
  @Option(help: ArgumentHelp("A file, instead of stdout.", valueName: "file"), completion: .file())
  var to: String?
  @OptionGroup var global: GlobalOptions

  private var chosen: Format {
    if let format { return format }
    if let to { return Format(rawValue: URL(filePath: to).pathExtension) ?? .csv }
    return global.json || global.output == .rows(.json) ? .json : .csv
  }

  func validate() throws {
    if chosen == .sqlite && to == nil { throw ValidationError("a copy of the replica goes into a file: --to FILE") }
    switch global.output {
    case nil, .rows(.csv), .rows(.json): break
    default: throw ValidationError("an export is csv, json or sqlite: --format FORMAT")
    }
  }

  func run() async throws {
    let session = try Session(global)
    let replica = try session.open()
    let rows = chosen.rows
    guard let to else {
      _ = try write(rows ?? .csv, from: replica, session, on: StandardStream.output)
      return try StandardStream.output.flush()
    }
    let count =
      if let rows {
        try OutputFile.replace(to) { stream in try write(rows, from: replica, session, on: stream) }
      } else {
        try session.step { () throws(ReplicaError) in try replica.backUp(to: to).networks }
      }
    try say(to, chosen, count, session)
  }

  /// - Returns: how many networks were written.
  private func write(
    _ format: OutputFormat,
    from replica: Replica,
    _ session: Session,
    on stream: StandardStream
  ) throws -> Int {
    var renderer = try session.projection(networkColumns).renderer(for: format, on: session.destination(stream))
    let now = Timestamp.now
    var count = 0
    try stream.write(renderer.start())
    try session.eachNetwork(of: replica, NetworkFilter()) { piece in
      for network in piece { try stream.write(renderer.row(network.cells(now: now))) }
      count += piece.count
    }
    try stream.write(renderer.end())
    return count
  }

  private func say(_ path: String, _ format: Format, _ networks: Int, _ session: Session) throws {
    try session.answer(
      [
        "schema": "netsync.export/1", "path": .string(path), "format": .string(format.rawValue),
        "networks": JSONText(networks),
      ],
      orSay: ["Exported \(counted(networks, "network")) to \(path)."]
    )
  }
}
