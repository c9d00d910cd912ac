/// Whether a name passes `filter[name]`. Compares bytes: a composed and a decomposed letter differ.
struct SandboxNameMatcher: Sendable {
  private let filter: SandboxNameFilter
  /// What is looked for; in lower case where the case does not matter.
  private let wanted: [UInt8]

  init(_ filter: SandboxNameFilter, wanted: String) {
    self.filter = filter
    switch filter {
    case .exact: self.wanted = Array(wanted.utf8)
    case .substring: self.wanted = Array(wanted.lowercased().utf8)
    }
  }

  func matches(_ name: String) -> Bool {
    switch filter {
    case .exact:
      return name.utf8.elementsEqual(wanted)
    case .substring:
      // Unicode's lower case costs an allocation for each of 100,000 names, few of which need it.
      let isASCII = name.utf8.allSatisfy { $0 < 0x80 }
      return occurs(in: isASCII ? name.utf8 : name.lowercased().utf8)
    }
  }

  private func occurs(in name: String.UTF8View) -> Bool {
    var rest = name[...]
    var length = rest.count
    while length >= wanted.count {
      if rest.starts(with: wanted, by: { $0.lowercasedASCII == $1 }) { return true }
      if rest.popFirst() == nil { return false }
      length -= 1
    }
    return false
  }
}

extension UInt8 {
  /// The small letter of an ASCII capital; every other byte as it is.
  fileprivate var lowercasedASCII: UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
  }
}
