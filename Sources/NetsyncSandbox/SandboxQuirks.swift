/// What the API leaves open, and an account may settle in one way today and in another tomorrow.
///
/// No client may rely on any of it. Every default is the plainest way. What is drawn is drawn from the account's seed, and by
/// streams of its own: a quirk that is off costs nothing and changes nothing.
package struct SandboxQuirks: Sendable, Equatable {
  /// How `filter[name]` compares.
  package var nameFilter = SandboxNameFilter.substring
  /// In which order `GET /networks` lists.
  package var order = SandboxOrder.newestFirst
  /// What `meta` of a listing says about the number of rows and pages.
  package var totals = SandboxTotals.honest
  /// The members that `meta` of a listing has; nil for listings without `meta`.
  package var metaFields: SandboxMetaFields? = .all
  /// How old a `GET /networks` is, in microseconds: it shows the networks as they were so long ago, while `GET` by id is
  /// current. What was written before the lag was set is shown at once.
  package var listLagMicroseconds: Int64 = 0
  /// How the stamps of a network are written; holds for what is written from now on.
  package var stampForm = SandboxStampForm.microseconds
  /// Where a write moves `updated_at`.
  package var stampMood = SandboxStampMood.ordinary
  /// How many networks, from 0 to 1, lack fields in every answer; see ``SandboxState/missingFields(of:)``.
  package var missingFieldRate = 0.0
  /// Which members may be missing.
  package var omissibleFields: SandboxNetworkFields = [.recordType, .name, .createdAt, .updatedAt]
  /// How many networks, from 0 to 1, have fields that the API does not document: `mtu` and `labels`.
  package var unknownFieldRate = 0.0
  /// What the server makes of a name that it is asked for; nil for byte for byte what was asked.
  package var nameChange: SandboxNameChange?
  /// How many networks, from 0 to 1, a listing with `filter[name]` leaves out while its totals count them.
  package var hiddenNameRate = 0.0
  /// How many networks, from 0 to 1, a listing shows with an `id` that is none, or as no object at all.
  package var unreadableRate = 0.0
  /// What becomes of a create or a rename to a name that another network has.
  package var takenNames = SandboxTakenNames.allowed
  /// Whether `DELETE` of a network that has interfaces takes them along, or is refused with 409.
  package var deletesInterfaces = true

  /// An account without quirks.
  package init() {}
}

/// How `filter[name]` compares.
package enum SandboxNameFilter: Sendable, CaseIterable {
  /// The same bytes.
  case exact
  /// Anywhere in the name, whatever the case of the letters.
  case substring
}

/// What the server makes of a name that it is asked for.
package enum SandboxNameChange: Sendable, CaseIterable {
  /// Without the white space around it.
  case trimmed
  /// Trimmed, and every run of white space inside is one space.
  case spaceFolded
  case lowercased
  /// The first six characters.
  case cut

  func applied(to name: String) -> String {
    let changed =
      switch self {
      case .trimmed: String(name.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
      case .spaceFolded: name.split { $0.isWhitespace }.joined(separator: " ")
      case .lowercased: name.lowercased()
      case .cut: String(name.prefix(6))
      }
    return changed.isEmpty ? name : changed
  }
}

/// In which order networks are listed.
package enum SandboxOrder: Sendable, CaseIterable {
  /// As the portal does.
  case newestFirst
  case oldestFirst
  /// By the bytes of the name, and those of one name oldest first: a rename moves a network to another page.
  case byName
  /// Another order for every request.
  case unstable
}

/// What `meta` says of the number of rows; the number of pages always goes with it.
package enum SandboxTotals: Sendable, CaseIterable {
  case honest
  /// 1 to 3 too many, the same for every request.
  case tooHigh
  /// 1 to 3 too few, the same for every request, but never below 0.
  case tooLow
  /// Up to 2 too few or too many, drawn for every request.
  case changing

  /// What is said of `count` rows to the request of this number.
  func claim(_ count: Int, seed: UInt64, request: Int) -> Int {
    switch self {
    case .honest:
      return count
    case .tooHigh:
      var random = SandboxRandom(seed: seed, purpose: .totals)
      return count + 1 + random.below(3)
    case .tooLow:
      var random = SandboxRandom(seed: seed, purpose: .totals)
      return max(0, count - 1 - random.below(3))
    case .changing:
      var random = SandboxRandom(seed: seed, purpose: .totals, index: request)
      return max(0, count - 2 + random.below(5))
    }
  }
}

/// Members of `meta` in the answer to a listing. Every set of them is a raw value from 0 to 15.
package struct SandboxMetaFields: OptionSet, Sendable {
  package let rawValue: Int

  package init(rawValue: Int) {
    self.rawValue = rawValue
  }

  package static let pageNumber = Self(rawValue: 1 << 0)
  package static let pageSize = Self(rawValue: 1 << 1)
  package static let totalPages = Self(rawValue: 1 << 2)
  package static let totalResults = Self(rawValue: 1 << 3)
  package static let all = Self(rawValue: 15)
}

/// Members of a network in an answer that need not be there. Every set of them is a raw value from 0 to 15.
package struct SandboxNetworkFields: OptionSet, Sendable {
  package let rawValue: Int

  package init(rawValue: Int) {
    self.rawValue = rawValue
  }

  package static let recordType = Self(rawValue: 1 << 0)
  package static let name = Self(rawValue: 1 << 1)
  package static let createdAt = Self(rawValue: 1 << 2)
  package static let updatedAt = Self(rawValue: 1 << 3)
}

/// What becomes of a write whose name another network has, byte for byte.
package enum SandboxTakenNames: Sendable, CaseIterable {
  /// Two networks may have one name.
  case allowed
  /// 422 with the code 10012, "Duplicate resource".
  case duplicate
  /// 422 with the code 10015, as for any other name that cannot be.
  case invalid
}
