import NetsyncModel
import Testing

/// Ids that may enter a path, and ids that are made here.
struct IdentifierTests {
  @Test(
    arguments: [
      "0b7e1c9a-3f52-4d18-9a6e-5c0d2f4b8e71", "0B7E1C9A-3F52-4D18-9A6E-5C0D2F4B8E71",
      "0b7E1c9A-3f52-4D18-9a6e-5C0d2F4b8E71", "00000000-0000-0000-0000-000000000000",
      "ffffffff-ffff-ffff-ffff-ffffffffffff", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    ]
  )
  func `an id is the same however it is spelt`(_ text: String) {
    #expect(NetworkID(text)?.text == text.lowercased())
    #expect(NetworkID(text)?.description == text.lowercased())
    #expect(NetworkID(text) == NetworkID(text.uppercased()))
    #expect(LocalID(text)?.text == text)
  }

  @Test(
    arguments: [
      "", " ", "lab", "1", "../networks", "%2e%2e",
      "0b7e1c9a-3f52-4d18-9a6e-5c0d2f4b8e7", "0b7e1c9a-3f52-4d18-9a6e-5c0d2f4b8e711",
      "0b7e1c9a3f524d189a6e5c0d2f4b8e71", "0b7e1c9a3f524d189a6e5c0d2f4b8e710000",
      "{0b7e1c9a-3f52-4d18-9a6e-5c0d2f4b8e71}", "urn:uuid:0b7e1c9a-3f52-4d18-9a6e-5c0d2f4b8e71",
      "0b7e1c9-a3f52-4d18-9a6e-5c0d2f4b8e71", "0b7e1c9a-3f524-d18-9a6e-5c0d2f4b8e71",
      "0b7e1c9a-3f52-4d18-9a6e-5c0d2f4b8e7g", "0b7e1c9a-3f52-4d18-9a6e-5c0d2f4b8e7/",
      "0b7e1c9a-3f52-4d18-9a6e-5c0d2f4b8e7?", "0b7e1c9a_3f52_4d18_9a6e_5c0d2f4b8e71",
      " 0b7e1c9a-3f52-4d18-9a6e-5c0d2f4b8e71", "0b7e1c9a-3f52-4d18-9a6e-5c0d2f4b8e71\n",
      "0b7e1c9a-3f52-4d18-9a6e-5c0d2f4b8e7\0", "０b7e1c9a-3f52-4d18-9a6e-5c0d2f4b8e71",
      "０b7e1c9a-3f52-4d18-9a6e-5c0d2f4b8e", "0b7e1c9a-3f52-4d18-9a6e-../networks1",
    ]
  )
  func `what is no UUID never enters a path`(_ text: String) {
    #expect(NetworkID(text) == nil)
    #expect(LocalID(text) == nil)
  }

  /// The example of RFC 9562, appendix A.6.
  @Test func `a network made here gets a UUIDv7`() {
    let id = LocalID(
      at: Timestamp(microseconds: 1_645_557_742_000_000),
      random: (high: 0xCC3, low: 0x18C4_DC0C_0C07_398F)
    )
    #expect(id.text == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    #expect(id.description == id.text)
  }

  @Test(arguments: [Int64.min, -1, 0, 1, 1_780_000_000_000_000, .max], [UInt64.min, 0x5555_5555_5555_5555, .max])
  func `an id made here is a UUID at any time and by any chance`(_ microseconds: Int64, _ random: UInt64) throws {
    let id = LocalID(at: Timestamp(microseconds: microseconds), random: (high: random, low: random))
    #expect(LocalID(id.text) == id)
    let characters = Array(id.text)
    try #require(characters.count == 36)
    #expect(characters[14] == "7", "the version")
    #expect("89ab".contains(characters[19]), "the variant")
  }

  @Test func `networks made here sort by the time of their making`() {
    let milliseconds: [Int64] = [0, 1, 2, 999, 1_000, 65_536, 1_645_557_742_000, 1_780_000_000_000, 1_780_000_000_001]
    let ids = milliseconds.enumerated().map { index, millisecond in
      // The earlier of two neighbours has the greater chance: only the time may decide.
      let random: UInt64 = index.isMultiple(of: 2) ? .max : .min
      return LocalID(at: Timestamp(microseconds: millisecond * 1_000), random: (high: random, low: random)).text
    }
    #expect(ids == ids.sorted())
    #expect(Set(ids).count == ids.count)
  }
}
