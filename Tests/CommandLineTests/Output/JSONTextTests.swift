import FoundationEssentials
import NetsyncModel
import Testing

@testable import NetsyncCLI

struct JSONTextTests {
  @Test(
    arguments: [
      (nil, "null"), (true, "true"), (false, "false"),
      (12, "12"), (-1, "-1"),
      (.integer(.max), "9223372036854775807"), (.integer(.min), "-9223372036854775808"),
      (12.0, "12.0"), (1.234, "1.234"), (-0.5, "-0.5"),
      (.number(1e300), "1e+300"), (.number(.leastNonzeroMagnitude), "5e-324"),
      (.number(.nan), "null"), (.number(.infinity), "null"), (.number(-.infinity), "null"),
      ("", "\"\""), ("lab", "\"lab\""), ("say \"hi\"", #""say \"hi\"""#), ("a\\b", #""a\\b""#), ("a/b", "\"a/b\""),
      ("\n\r\t", #""\n\r\t""#), ("\0\u{1B}\u{1F}", #""\u0000\u001b\u001f""#), ("\u{7F}\u{9B}", #""\u007f\u009b""#),
      ("日本 é 👩‍🚀", "\"日本 é 👩‍🚀\""), ("\u{202E}\u{2028}", "\"\u{202E}\u{2028}\""),
      ([], "[]"), ([1, "a", nil], #"[1,"a",null]"#), ([:], "{}"), (["b": 1, "a": [true]], #"{"b":1,"a":[true]}"#),
    ] as [(JSONText, String)]
  )
  func `a value has one compact form`(value: JSONText, text: String) {
    #expect(value.rendered(pretty: false) == text)
  }

  @Test func `the pretty form has a line for each value and keeps the order of keys`() {
    let value: JSONText = ["b": [1, ["x": nil]], "a": [], "c": [:]]
    let text = """
      {
        "b": [
          1,
          {
            "x": null
          }
        ],
        "a": [],
        "c": {}
      }
      """
    #expect(value.rendered(pretty: true) == text)
  }

  @Test func `what is absent becomes null and what is there keeps its type`() {
    #expect(JSONText(nil as String?) == .null)
    #expect(JSONText(nil as Int?) == .null)
    #expect(JSONText(nil as Int64?) == .null)
    #expect(JSONText(nil as Double?) == .null)
    #expect(JSONText(nil as Bool?) == .null)
    #expect(JSONText(nil as [JSONText]?) == .null)
    #expect(JSONText("lab" as String?) == .string("lab"))
    #expect(JSONText(3 as Int?) == .integer(3))
    #expect(JSONText(3 as Int64?) == .integer(3))
    #expect(JSONText(1.5 as Double?) == .number(1.5))
    #expect(JSONText(true as Bool?) == .bool(true))
    #expect(JSONText([1] as [JSONText]?) == .array([1]))
  }

  @Test(arguments: [false, true])
  func `every character of Unicode is read back as it was`(onTerminal: Bool) throws {
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: (0...0x10FFFF).lazy.compactMap(Unicode.Scalar.init(_:) as (UInt32) -> Unicode.Scalar?))
    let text = String(scalars)
    let json = JSONText.array([.string(text)]).rendered(pretty: false, onTerminal: onTerminal)
    let back = try JSONDecoder().decode([String].self, from: Data(json.utf8))
    // Compared as bytes: as strings, two spellings of one letter are equal.
    #expect(back.map { Array($0.utf8) } == [Array(text.utf8)])
  }

  @Test(arguments: TrickyNames.all)
  func `JSON on a terminal has the same value and nothing that deceives`(name: String) throws {
    let json = JSONText.array([.string(name)]).rendered(pretty: false, onTerminal: true)
    #expect(json.unicodeScalars.allSatisfy { !$0.isInvisible })
    let back = try JSONDecoder().decode([String].self, from: Data(json.utf8))
    #expect(back.map { Array($0.utf8) } == [Array(name.utf8)])
  }

  @Test func `an escape beyond the basic plane is a pair of surrogates`() {
    #expect(JSONText("\u{E0041}").rendered(pretty: false, onTerminal: true) == #""\udb40\udc41""#)
  }
}
