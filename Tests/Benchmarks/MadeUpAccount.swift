import NetsyncModel

/// An account that never existed: all of it follows from the numbers of its networks, which begin with 0.
struct MadeUpAccount: Sendable {
  /// What the account holds when a replica is first filled, and after people have worked on it: one network in a hundred renamed, one in
  /// two hundred deleted, and as many new ones.
  enum State: String, CaseIterable, Sendable {
    case first, changed
  }

  static let pageSize = 250

  let networks: Int

  /// The numbers of the networks that a listing shows, in its order.
  func listed(in state: State) -> [Int] {
    switch state {
    case .first: Array(0..<networks)
    case .changed: (0..<networks + networks / 200).filter { !isDeleted($0) }
    }
  }

  /// Whether a network is there at first, and is no longer in the end.
  func isDeleted(_ number: Int) -> Bool { number < networks && number % 200 == 3 }

  func isThere(_ number: Int, in state: State) -> Bool {
    switch state {
    case .first: (0..<networks).contains(number)
    case .changed: (0..<networks + networks / 200).contains(number) && !isDeleted(number)
    }
  }

  /// A UUID that ends with the number; its beginning, by which it is sorted, is as good as drawn.
  func id(_ number: Int) -> String {
    var bits = UInt64(number) &+ 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    bits ^= bits >> 31
    let drawn = "\(hex(bits >> 32, 8))-\(hex(bits >> 16, 4))-4\(hex(bits >> 4, 3))-8\(hex(bits, 3))"
    return "\(drawn)-\(hex(UInt64(number), 12))"
  }

  /// The number that an id ends with.
  static func number(of id: some StringProtocol) -> Int? { Int(id.suffix(12), radix: 16) }

  func name(_ number: Int, in state: State) -> String {
    let isRenamed = state == .changed && number % 100 == 7
    return "\(Self.places[number % Self.places.count])-\(number)\(isRenamed ? "-eu" : "")"
  }

  /// The `Network` object of the API.
  ///
  /// - Parameter name: as it stands between the quotes of JSON; nil for the one that it has.
  func json(_ number: Int, in state: State, named name: String? = nil) -> String {
    let created = Self.start + .seconds(number)
    let isWritten = name != nil || state == .changed && number % 100 == 7
    let updated = isWritten ? Self.start + .seconds(networks * 2) : created
    return """
      {"id":"\(id(number))","record_type":"network","name":"\(name ?? self.name(number, in: state))",\
      "created_at":"\(created.rfc3339)","updated_at":"\(updated.rfc3339)"}
      """
  }

  /// The pages of the listing, each a whole body.
  func pages(in state: State) -> [String] {
    let listed = listed(in: state)
    let count = max(1, (listed.count + Self.pageSize - 1) / Self.pageSize)
    return (0..<count).map { page in
      let records = listed.dropFirst(page * Self.pageSize).prefix(Self.pageSize)
      return """
        {"data":[\(records.map { json($0, in: state) }.joined(separator: ","))],"meta":{"page_number":\(page + 1),\
        "page_size":\(Self.pageSize),"total_pages":\(count),"total_results":\(listed.count)}}
        """
    }
  }

  /// The one page of a network's interfaces: none, one or two.
  func interfaces(of number: Int) -> String {
    let records = (0..<number % 3).map { index in
      """
      {"id":"\(id(number * 3 + index))","record_type":"\(Self.kinds[index])","network_id":"\(id(number))",\
      "name":"\(Self.kinds[index])-\(number)","status":"provisioned",\
      "created_at":"\(Self.start.rfc3339)","updated_at":"\(Self.start.rfc3339)"}
      """
    }
    return """
      {"data":[\(records.joined(separator: ","))],"meta":{"page_number":1,"page_size":\(Self.pageSize),"total_pages":1,\
      "total_results":\(records.count)}}
      """
  }

  private static let start = Timestamp(microseconds: 1_700_000_000_000_000)
  private static let places = [
    "ams-pbx", "bos-sip", "chi-lab", "dfw-edge", "fra-core", "lhr-voice", "sin-pbx", "syd-sip",
  ]
  private static let kinds = ["wireguard_interface", "public_internet_gateway"]
}

/// The lowest digits of a number.
private func hex(_ bits: UInt64, _ digits: Int) -> String {
  let text = String(bits & (1 << (4 * UInt64(digits)) - 1), radix: 16)
  return String(repeating: "0", count: digits - text.utf8.count) + text
}
