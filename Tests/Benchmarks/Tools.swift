import Foundation

/// The programs that contend, and where they work.
struct Tools: Sendable {
  static let key = "KEY_bench"

  /// The built netsync.
  let netsync: String
  /// A Python that has the vendor's client; nil: that one is left out.
  let vendorPython: String?
  /// For replicas, pages and floors; emptied before each round.
  let directory: String

  var replica: String { "\(directory)/replica.sqlite" }
  var imported: String { "\(directory)/import.sqlite" }

  func empty() throws {
    try? FileManager.default.removeItem(atPath: directory)
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  /// Bytes of the replica's files, or of the floor's.
  func size(of path: String, withLog: Bool = true) -> Int {
    (withLog ? ["", "-wal", "-shm"] : [""]).map { suffix in
      ((try? FileManager.default.attributesOfItem(atPath: path + suffix)[.size]) as? Int) ?? 0
    }.reduce(0, +)
  }

  /// Starts `netsync` on the replica.
  func netsync(_ arguments: [String], at server: ServerProcess? = nil, output: String = "/dev/null") throws -> Child {
    let environment = [
      "TELNYX_API_KEY": Self.key, "TELNYX_BASE_URL": server?.baseURL ?? "http://127.0.0.1:1/v2",
      "NETSYNC_REPLICA": replica,
    ]
    return try Child([netsync] + arguments, environment: environment, output: output)
  }

  // MARK: Floors

  /// As many requests as curl can send at a time: what the road and the server allow.
  ///
  /// - Parameter requests: the rest of each URL after the base, and the file that its body goes to.
  func curl(
    _ requests: [(path: String, output: String)],
    at server: ServerProcess,
    inFlight: Int = 32,
    _ method: [String] = []
  ) throws -> Run {
    let list = "\(directory)/curl.txt"
    let text = requests.map { "url = \"\(server.baseURL)\($0.path)\"\noutput = \"\($0.output)\"\n" }.joined()
    try text.write(toFile: list, atomically: false, encoding: .utf8)
    let flags = ["--no-progress-meter", "-g", "--parallel", "--parallel-immediate", "--parallel-max", "\(inFlight)"]
    let headers = ["-H", "Authorization: Bearer \(Self.key)", "-H", "Accept: application/json"]
    return try Child(["curl"] + flags + headers + method + ["-K", list]).wait()
  }

  func curlPages(_ count: Int, at server: ServerProcess) throws -> Run {
    let size = MadeUpAccount.pageSize
    let requests = (1...count).map { page in
      ("/networks?page%5Bnumber%5D=\(page)&page%5Bsize%5D=\(size)", "\(directory)/page-\(page).json")
    }
    return try curl(requests, at: server)
  }

  /// SQLite's own import of the pages that curl has fetched, into the replica's table of networks with its keys and indexes.
  func importPages(_ count: Int) throws -> Run {
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: imported + suffix) }
    let schema = "\(directory)/schema.sql"
    let question = """
      SELECT sql || ';' FROM sqlite_schema WHERE tbl_name = 'network' AND type IN ('table', 'index') AND sql NOT NULL
      """
    _ = try Child(["sqlite3", "-readonly", replica, question], output: schema).wait()
    var script = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32000;\n"
    script += try String(contentsOfFile: schema, encoding: .utf8)
    script += "BEGIN;\n"
    for page in 1...count {
      script += """
        INSERT INTO network (remote_id, name, created_at, updated_at, updated_at_us, record_type)
        SELECT value ->> 'id', value ->> 'name', value ->> 'created_at', value ->> 'updated_at',
          unixepoch(value ->> 'updated_at') * 1000000, value ->> 'record_type'
        FROM json_each(readfile('\(directory)/page-\(page).json'), '$.data');

        """
    }
    script += "COMMIT;\n"
    let file = "\(directory)/import.sql"
    try script.write(toFile: file, atomically: false, encoding: .utf8)
    return try Child(["sqlite3", imported, ".read \(file)"]).wait()
  }

  /// A script as its users write it: the vendor's client, and a table of what it lists.
  func vendorPull(at server: ServerProcess) throws -> Run {
    guard let vendorPython else { throw BenchError(description: "there is no Python with the vendor's client") }
    let script = URL(filePath: #filePath).deletingLastPathComponent().path + "/vendor_pull.py"
    return try Child([vendorPython, "-B", script, server.baseURL, "\(directory)/vendor.sqlite"]).wait()
  }
}
