import Foundation
import Testing

/// `export` and `import`: what one writes, the other takes.
@Suite struct TableCommandTests {
  private let host: CommandHost

  init() throws {
    host = try CommandHost(baseURL: "http://127.0.0.1:9/v2")
  }

  private func write(_ text: String, to name: String) throws -> String {
    let path = host.directory + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func `whatever the names, a round trip changes nothing, and into an empty replica it makes them all`()
    async throws
  {
    let names = [
      "plain", "a,b", "say \"so\"", "two\nlines", "tab\there", "=1+1", "'=1", "@x", "-1", "\u{1B}[31mred",
      "\u{202E}abc", "😀 网络",
      "e\u{301}", "\u{E9}", String(repeating: "x", count: 1_024),
    ]
    for name in names { #expect(try await host.run("networks", "create", "--", name).status == 0) }
    let table = host.directory + "/table.csv"
    let exported = try await host.run("export", "--to", table, "--json")
    #expect(try exported.object()["networks"] as? Int == names.count)
    #expect(try FileManager.default.attributesOfItem(atPath: table)[.posixPermissions] as? Int == 0o600)
    let same = try await host.run("import", table, "--json").object()
    #expect(same["unchanged"] as? Int == names.count)
    #expect(try #require(same["edits"] as? [Int]).isEmpty)
    #expect(try await host.run("export").output == String(contentsOfFile: table, encoding: .utf8))

    let named = try await host.run("export", "--fields", "name")
    let list = try write(named.output, to: "names.csv")
    let other = host.directory + "/other.sqlite"
    let trial = try await host.run("import", list, "-n", "--json", "--replica", other)
    #expect(try trial.object()["created"] as? Int == names.count)
    #expect(!FileManager.default.fileExists(atPath: other))
    #expect(try await host.run("import", list, "--replica", other).status == 0)
    let made = try await host.run("networks", "list", "--json", "--replica", other).array()
    #expect(
      Set(made.compactMap { ($0["name"] as? String).map { Array($0.utf8) } }) == Set(names.map { Array($0.utf8) })
    )
  }

  @Test func `a table with a fault queues nothing, and each fault has its row and column`() async throws {
    let table = try write("name,action\nfine,\n,\nlab,drop\n", to: "faulty.csv")
    let refused = try await host.run("import", table)
    #expect(refused.status == 64)
    #expect(refused.output.isEmpty)
    #expect(refused.errors.contains("row 3, column name: a name is missing"))
    #expect(refused.errors.contains("row 4, column action: there is no action drop"))
    let error = try await host.run("import", table, "--json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(error.errors.utf8)) as? [String: Any])
    let faults = try #require(object["faults"] as? [[String: Any]])
    #expect(faults.map { $0["row"] as? Int } == [3, 4])
    #expect(faults.map { $0["column"] as? String } == ["name", "action"])
    #expect(try await host.run("networks", "list", "--json").array().isEmpty)
    #expect(try await host.run("import", host.directory + "/none.csv").status == 64)
  }

  @Test func `an export takes no database's place, leaves a link a link, and goes through a pipe`() async throws {
    #expect(try await host.run("networks", "create", "lab").status == 0)
    let refused = try await host.run("export", "--format", "csv", "--to", host.replica)
    #expect(refused.status == 64)
    #expect(refused.errors.contains("that file is a database"))
    #expect(try await host.run("plan", "--save", host.replica).status == 64)
    #expect(try await host.run("outbox", "list", "--json").array().count == 1)

    let (file, link) = (try write("old", to: "table.csv"), host.directory + "/link.csv")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "table.csv")
    #expect(try await host.run("export", "--to", link).status == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "table.csv")
    let exported = try await host.run("export").output
    #expect(try String(contentsOfFile: file, encoding: .utf8) == exported)

    let piped = try await host.start(["export", "--to", "/dev/stdout"], bash: #""$0" "$@" | cat"#).ended()
    #expect(piped.output.hasPrefix(exported))
    #expect(try await host.run("export", "--to", host.directory + "/none/table.csv").status == 1)
  }

  @Test func `a copy of the replica is one, and a file that is there is not written over by it`() async throws {
    #expect(try await host.run("networks", "create", "lab").status == 0)
    let copy = host.directory + "/copy.sqlite"
    #expect(try await host.run("export", "--to", copy).status == 0)
    #expect(try await host.run("outbox", "list", "--json", "--replica", copy).array().count == 1)
    #expect(try await host.run("export", "--format", "sqlite", "--to", copy).status == 64)
    #expect(try await host.run("export", "--format", "sqlite").status == 64)
    #expect(try await host.run("export", "-o", "table").status == 64)
    let json = host.directory + "/list.json"
    #expect(try await host.run("export", "--to", json).status == 0)
    let listed = try await host.run("networks", "list", "--json").output
    #expect(try String(contentsOfFile: json, encoding: .utf8) == listed)
    #expect(try await host.run("export", "--format", "json").output == listed)
  }
}
