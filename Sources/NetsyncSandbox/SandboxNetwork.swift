/// A network as the sandbox's account holds it, for tests that compare it with what a client has learnt.
package struct SandboxNetwork: Sendable {
  /// The UUID, in the API's lower-case form.
  package let id: String
  /// The name, byte for byte as it was written.
  package let name: String
  /// When it was created, in the API's own words: RFC 3339 with microseconds.
  package let createdAt: String
  /// When it was last written, in the API's own words.
  package let updatedAt: String

  /// What a client believes a network to be, to be compared with what it is.
  package init(id: String, name: String, createdAt: String, updatedAt: String) {
    self.id = id
    self.name = name
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

extension SandboxNetwork: Equatable {
  /// Equal byte for byte: `String` would take a composed and a decomposed name for the same.
  package static func == (left: Self, right: Self) -> Bool {
    left.id == right.id && left.name.utf8.elementsEqual(right.name.utf8)
      && left.createdAt == right.createdAt && left.updatedAt == right.updatedAt
  }
}

/// A network as it is stored: with its JSON ready, so that a page of a listing is a copy of bytes.
struct NetworkRecord: Sendable {
  /// Its place in the order of creation, never used twice; listings go from the highest to the lowest.
  let sequence: Int
  let id: SandboxID
  private(set) var name: String
  let createdAt: SandboxStamp
  private(set) var updatedAt: SandboxStamp
  /// The `Network` object of the API.
  private(set) var json: [UInt8] = []

  init(sequence: Int, id: SandboxID, name: String, createdAt: SandboxStamp, updatedAt: SandboxStamp) {
    self.sequence = sequence
    self.id = id
    self.name = name
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    render()
  }

  /// Writes the name. `updatedAt` grows strictly, even where the clock stands still or goes back.
  mutating func rename(to name: String, at now: SandboxStamp) {
    self.name = name
    updatedAt = max(now, SandboxStamp(microseconds: updatedAt.microseconds + 1))
    render()
  }

  var network: SandboxNetwork {
    SandboxNetwork(id: id.text, name: name, createdAt: createdAt.text, updatedAt: updatedAt.text)
  }

  private mutating func render() {
    // 164 bytes are the members without the name: no byte of slack in 100,000 records.
    json = SandboxJSON.object(reserving: 164 + name.utf8.count) { json in
      json.member("id", id: id)
      json.member("record_type", string: "network")
      json.member("name", string: name)
      json.member("created_at", stamp: createdAt)
      json.member("updated_at", stamp: updatedAt)
    }
  }
}
