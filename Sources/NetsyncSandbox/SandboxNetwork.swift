/// A network as the sandbox's account holds it, for tests that compare it with what a client has learnt.
package struct SandboxNetwork: Sendable {
  /// The UUID, in the API's lower-case form.
  package let id: String
  /// The name, byte for byte as it was written.
  package let name: String
  /// When it was created, in the API's own words: RFC 3339, with microseconds unless a ``SandboxStampForm`` says otherwise.
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
  /// Its place in the order of creation, never used twice.
  let sequence: Int
  let id: SandboxID
  private(set) var name: String
  let createdAt: SandboxStamp
  private(set) var updatedAt: SandboxStamp
  /// How both stamps are written: as was usual when it was last written.
  private(set) var form: SandboxStampForm
  /// The `Network` object of the API.
  private(set) var json: [UInt8] = []

  init(
    sequence: Int,
    id: SandboxID,
    name: String,
    createdAt: SandboxStamp,
    updatedAt: SandboxStamp,
    form: SandboxStampForm
  ) {
    self.sequence = sequence
    self.id = id
    self.name = name
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.form = form
    json = rendered()
  }

  /// Writes what can change.
  mutating func write(name: String, updatedAt: SandboxStamp, form: SandboxStampForm) {
    self.name = name
    self.updatedAt = updatedAt
    self.form = form
    json = rendered()
  }

  var network: SandboxNetwork {
    SandboxNetwork(id: id.text, name: name, createdAt: createdAt.text(form), updatedAt: updatedAt.text(form))
  }

  /// The `Network` object without the fields that are `missing`, and with undocumented ones if a stream is given to draw them.
  func rendered(lacking missing: SandboxNetworkFields = [], unknownFields: SandboxRandom? = nil) -> [UInt8] {
    // 164 bytes are the members without the name, whose stamps are 27 bytes long: no slack in 100,000 records.
    SandboxJSON.object(reserving: 164 + name.utf8.count) { json in
      json.member("id", id: id)
      if !missing.contains(.recordType) { json.member("record_type", string: "network") }
      if !missing.contains(.name) { json.member("name", string: name) }
      if var random = unknownFields {
        json.member("mtu", integer: 1_280 + random.below(221))
        json.member("labels", rendered: Array(#"{"tier":["gold",2,true,null],"cost":0.5}"#.utf8))
      }
      if !missing.contains(.createdAt) { json.member("created_at", stamp: createdAt, form) }
      if !missing.contains(.updatedAt) { json.member("updated_at", stamp: updatedAt, form) }
    }
  }
}
