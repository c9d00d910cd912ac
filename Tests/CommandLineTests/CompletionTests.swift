import Foundation
import Testing

/// `completion`: what a shell makes of it.
@Suite struct CompletionTests {
  private let host: CommandHost

  init() throws {
    host = try CommandHost(baseURL: "http://127.0.0.1:9/v2")
  }

  /// What bash offers for the last word of a line, one on each line.
  private func offered(_ words: String...) async throws -> [String] {
    let script = #"""
      netsync() { "$binary" "$@"; }
      binary=$0
      PATH="$PWD:$PATH"; ln -sf "$binary" "$PWD/netsync"
      eval "$(netsync completion bash)"
      COMP_WORDS=(netsync "$@"); COMP_CWORD=$#; COMP_LINE="netsync $*"; COMP_POINT=${#COMP_LINE}
      offer=$(complete -p netsync | sed 's/.*-F \([^ ]*\).*/\1/')
      "$offer" netsync "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\n' "${COMPREPLY[@]}"
      """#
    let run = try await host.start(words, bash: script).ended()
    #expect(run.errors == "")
    return run.output.split(separator: "\n").map(String.init)
  }

  @Test func `bash completes commands, flags, values and networks`() async throws {
    #expect(try await host.run("networks", "create", "lab", "lab two words", "dmz").status == 0)
    #expect(try await offered("netw") == ["networks"])
    #expect(try await offered("networks", "list", "--max") == ["--max-age"])
    #expect(try await offered("networks", "list", "--state", "wai") == ["waiting"])
    #expect(try await offered("networks", "show", "l").sorted() == ["lab", "lab two words"])
    #expect(try await offered("push", "--only", "d") == ["dmz"])
    #expect(try await offered("networks", "delete", "lab", "dm") == ["dmz"])
    let id = try await host.run("networks", "show", "dmz", "--fields", "local_id", "--json").object()["local_id"]
    let text = try #require(id as? String)
    #expect(try await offered("why", String(text.prefix(18))) == [text])
  }

  @Test func `what somebody has put into a name is not run where it is completed, and its id is offered`() async throws
  {
    let names = [
      "$(touch ran)", "`touch ran`", "${x:=$(touch ran)}", "'; touch ran; '", "a\"; touch ran; \"", "~root",
      "<(touch ran)", ">(touch ran)", "lon\u{202E}don",
      "\\$(touch ran)",
    ]
    #expect(try await host.start(["networks", "create"] + names + ["plain"]).ended().status == 0)
    let ids = try await host.run("networks", "list", "-o", "id").output.split(separator: "\n").map(String.init)
    let offered = try await offered("networks", "show", "")
    #expect(offered.contains("plain"))
    #expect(offered.filter { $0 != "plain" }.sorted() == ids.filter { id in offered.contains(id) }.sorted())
    #expect(offered.count == names.count + 1)
    for name in names { _ = try await self.offered("networks", "show", String(name.prefix(2))) }
    #expect(!FileManager.default.fileExists(atPath: host.directory + "/ran"))
  }

  @Test func `without a replica there is nothing to offer, and nothing is said`() async throws {
    #expect(try await offered("networks", "show", "l") == [])
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `each shell has its script`(_ shell: String) async throws {
    let script = try await host.run("completion", shell)
    #expect(script.status == 0)
    #expect(script.output.contains("networks"))
    #expect(try await host.run("completion", "tcsh").status == 64)
  }
}
