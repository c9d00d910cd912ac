import HTTPTypes
import FoundationEssentials
import NetsyncAPI
import NetsyncModel
import Testing

/// The key shows itself to nobody.
struct APIKeyTests {
  private static let canary = "KEY0123456789-canary"

  private struct Holder: Encodable {
    var key: APIKey
  }

  @Test func `no way of turning the key into text shows it`() throws {
    let key = try #require(APIKey(Self.canary))
    var dumped = ""
    dump(key, to: &dumped)
    let ways = [
      key.description, key.debugDescription, "\(key)", "Bearer \(key)", dumped,
      String(describing: key), String(reflecting: key), String(describing: Optional(key)),
      String(describing: [key]), String(reflecting: ["key": key]), String(reflecting: Holder(key: key)),
    ]
    for text in ways {
      #expect(!text.contains(Self.canary))
      #expect(text.contains("[redacted]"))
    }
  }

  @Test func `a mirror finds nothing in the key`() throws {
    let key = try #require(APIKey(Self.canary))
    #expect(Mirror(reflecting: key).children.isEmpty)
  }

  @Test func `an encoded key is redacted`() throws {
    let key = try #require(APIKey(Self.canary))
    let encoded = try JSONEncoder().encode(Holder(key: key))
    #expect(String(decoding: encoded, as: UTF8.self) == #"{"key":"[redacted]"}"#)
  }

  @Test func `a client that holds the key does not show it`() throws {
    let client = APIClient(
      transport: RecordingTransport(),
      baseURL: .telnyx,
      key: try #require(APIKey(Self.canary)),
      timeout: .seconds(30),
      now: { .sample }
    )
    var dumped = ""
    dump(client, to: &dumped)
    for text in [String(describing: client), String(reflecting: client), dumped] {
      #expect(!text.contains(Self.canary))
    }
  }

  @Test(
    arguments: [
      "", " ", "\n", "KEY ", " KEY", "KE Y", "KEY\n", "KEY\r\n", "KEY\r\nx-evil: 1", "KEY\t", "KEY\0", "\u{FEFF}KEY",
      "KÉY", "KEY\u{200B}", "KEY\u{7F}", "KEY\u{1B}", "ＫＥＹ", "🔑", String(repeating: "k", count: 4_097),
    ]
  )
  func `what does not fit a header is no key`(_ text: String) {
    #expect(APIKey(text) == nil)
  }

  @Test(arguments: ["k", "KEY0123_-.~+/=:", "!\"#$%&'()", String(repeating: "k", count: 4_096)])
  func `visible ASCII is a key`(_ text: String) {
    #expect(APIKey(text) != nil)
  }
}
