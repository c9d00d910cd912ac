import Foundation
import NetsyncModel
import Testing

@testable import NetsyncAPI

/// Our reader of JSON beside Foundation's, which knows nothing of it.
@Suite struct JSONDocumentTests {
  private static let texts = [
    #"{"data":[{"id":"5a3c9e00-0000-4000-8000-000000000001","name":"lab","mtu":1.5}],"meta":{"page_number":1}}"#,
    #"{"errors":[{"code":"10005","source":{"pointer":"/name"}}]}"#,
    #"["a\"b\\c\/\b\f\n\r\t","\u00e9\uD83D\uDEF0","\ud83d","\x","", "é🛰", true, false, null]"#,
    #"[0,-0,-1,1.0,1.50,1e2,1E+2,25e-1,100e-2,1e999,-1e999,01,1.,-,1e,9223372036854775807]"#,
    #"[9223372036854775808,-9223372036854775808,12345678901234567890.0,1e18,0e5,0.0,1234567890123456789e1]"#,
    #"{"a":1,"a":2,"b":{"c":[],"d":{}},"é":1,"e\u0301":2,"":0,}"#,
    " \t\r\n{ \"a\" : [ 1 , { } ] } \n", "\u{FEFF}[1]",
  ]
  private static let pieces = ["\"", "\\", "{", "}", "[", "]", ",", ":", "1", "-", "null", " ", "\u{1F}", "é"]

  @Test(arguments: texts) func `what is JSON says the same as to Foundation`(text: String) throws {
    let document = try JSONDocument(Array(text.utf8))
    let foundation = try JSONDecoder().decode(Foreign.self, from: Data(text.utf8))
    #expect(document.value(JSONDocument.root) == foundation.value)
  }

  @Test(arguments: texts.indices) func `what is damaged on the way is JSON to both or to none`(index: Int) {
    var random = Chance(state: UInt64(index))
    for _ in 0..<500 {
      var body = Array(Self.texts[index].utf8)
      for _ in 0...random.below(3) where !body.isEmpty {
        let place = random.below(body.count)
        switch random.below(3) {
        case 0: body.remove(at: place)
        case 1: body.insert(contentsOf: Self.pieces[random.below(Self.pieces.count)].utf8, at: place)
        default: body = Array(body[...place])
        }
      }
      // Foundation takes other encodings too, and a quote for one of the four digits of an escape.
      guard let text = String(validating: body, as: UTF8.self), !text.contains(/\\u[^"]{0,3}"/) else { continue }
      let ours = (try? JSONDocument(body))?.value(JSONDocument.root)
      let foundation = (try? JSONDecoder().decode(Foreign.self, from: Data(body)))?.value
      #expect(ours == foundation, "\(text)")
    }
  }

  @Test(arguments: [
    ("", "0 bytes that are not JSON, or end too soon"),
    ("{} {}", "5 bytes that are not JSON, or end too soon"),
    ("{\"a\":1", "6 bytes that are not JSON, or end too soon"),
    ("\"\\", "2 bytes that are not JSON, or end too soon"),
    (String(repeating: "[", count: 65), "a body nested deeper than 64"),
    ("[" + String(repeating: "1,", count: 200_000) + "1]", "a body of more than 200000 values"),
    ("\"\u{0}\"", "a body that is not UTF-8"),
  ])
  func `what is not taken is told of in a few words`(text: String, reason: String) {
    #expect(throws: APIFailure.notUnderstood(.malformed(reason: reason))) { try JSONDocument(Array(text.utf8)) }
  }
}

/// The same numbers every time (SplitMix64, https://prng.di.unimi.it/splitmix64.c).
private struct Chance {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((bits ^ (bits >> 31)) % UInt64(bound))
  }
}

/// Any JSON, as Foundation decodes it; what no type holds is null.
private struct Foreign: Decodable {
  let value: JSONValue

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self.value = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self.value = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self.value = .number(value)
    } else if let value = try? container.decode(String.self) {
      self.value = .string(value)
    } else if let value = try? container.decode([Foreign].self) {
      self.value = .array(value.map(\.value))
    } else if let value = try? container.decode([String: Foreign].self) {
      self.value = .object(value.mapValues(\.value))
    } else {
      value = .null
    }
  }
}
