import Foundation
import Logging
import NetsyncModel
import Testing

@testable import NetsyncCLI

@Suite struct JSONLogHandlerTests {
  @Test func `an event is one object on one line, whatever it holds`() throws {
    var handler = JSONLogHandler(label: "netsync")
    handler[metadataKey: "status"] = "none"
    let event = LogEvent(
      level: .warning,
      message: "a \"b\"\nc",
      metadata: ["status": "200", "level": "7", "list": ["x", ["k": "v"]]],
      source: "NetsyncEngine",
      file: "",
      function: "",
      line: 1
    )
    let line = handler.line(event, at: Timestamp(microseconds: 1_000_000))
    #expect(
      line == #"""
        {"time":"1970-01-01T00:00:01Z","level":"warning","logger":"netsync","message":"a \"b\"\nc","_level":"7",\#
        "list":["x",{"k":"v"}],"status":"200"}

        """#
    )
  }
}
