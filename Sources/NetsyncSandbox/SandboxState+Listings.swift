/// Pages of networks and of interfaces, with whatever ``SandboxQuirks`` makes of them.
extension SandboxState {
  /// The members that the network of this id lacks in every answer: some of them where ``SandboxQuirks/missingFieldRate`` has
  /// it so, decided by seed and id, else none.
  package func missingFields(of id: String) -> SandboxNetworkFields {
    SandboxID(id).map { missingFields(of: $0) } ?? []
  }

  func listNetworks(_ query: SandboxQuery, _ now: SandboxStamp) throws(SandboxRefusal) -> [UInt8] {
    let page = try SandboxPage(query)
    var records = listed(at: now)
    var hidden = 0
    if let wanted = query["filter[name]"] {
      let matcher = SandboxNameMatcher(quirks.nameFilter, wanted: wanted)
      let matching = records.filter { matcher.matches($0.name) }
      records = matching.filter { !isHit(by: quirks.hiddenNameRate, $0.id, .hiddenNames) }
      hidden = matching.count - records.count
    }
    switch quirks.order {
    case .newestFirst:
      // Not an array: only the page's rows are touched, whatever the size of the account.
      let newestFirst: ReversedCollection<[NetworkRecord]> = records.reversed()
      return document(page, of: newestFirst, hidden: hidden) { listedJSON(of: $0) }
    case .oldestFirst:
      break
    case .byName:
      // The sort is stable, and so leaves networks of one name oldest first.
      records.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    case .unstable:
      var random = SandboxRandom(seed: account.seed, purpose: .order, index: requestCount.total)
      random.shuffle(&records)
    }
    return document(page, of: records, hidden: hidden) { listedJSON(of: $0) }
  }

  /// The filters are joined by "and"; `filter[type]` and `filter[status]` are exact, and a value that nothing has finds nothing.
  func listInterfaces(
    of id: SandboxID,
    _ query: SandboxQuery,
    _ now: SandboxStamp
  ) throws(SandboxRefusal) -> [UInt8] {
    let page = try SandboxPage(query)
    var rows = interfaces(of: try existing(id), at: now)
    if let wanted = query["filter[name]"] {
      let matcher = SandboxNameMatcher(quirks.nameFilter, wanted: wanted)
      rows.removeAll { !matcher.matches($0.name) }
    }
    if let type = query["filter[type]"] { rows.removeAll { $0.type != type } }
    if let status = query["filter[status]"] { rows.removeAll { $0.status(at: now) != status } }
    return document(page, of: rows) { $0.json(at: now) }
  }

  /// The `Network` object of the API.
  func json(of record: NetworkRecord) -> [UInt8] {
    if quirks.missingFieldRate <= 0 && quirks.unknownFieldRate <= 0 { return record.json }
    var random = SandboxRandom(seed: account.seed, purpose: .unknownFields, index: record.id.stream)
    let hasUnknownFields = random.chance(quirks.unknownFieldRate)
    return record.rendered(
      lacking: missingFields(of: record.id),
      unknownFields: hasUnknownFields ? random : nil
    )
  }

  /// The same as a listing shows it; what nobody can understand where ``SandboxQuirks/unreadableRate`` has it so.
  private func listedJSON(of record: NetworkRecord) -> [UInt8] {
    guard isHit(by: quirks.unreadableRate, record.id, .unreadable) else { return json(of: record) }
    var random = SandboxRandom(seed: account.seed, purpose: .unreadable, index: record.id.stream)
    let forms = [#"{"id":7,"name":"odd"}"#, #"{"id":"no-uuid","name":"odd"}"#, #"{"name":"odd"}"#, #""odd""#]
    return Array(random.pick(forms).utf8)
  }

  /// Whether a network is one of so many; decided by seed and id.
  private func isHit(by rate: Double, _ id: SandboxID, _ purpose: SandboxRandom.Purpose) -> Bool {
    guard rate > 0 else { return false }
    var random = SandboxRandom(seed: account.seed, purpose: purpose, index: id.stream)
    return random.chance(rate)
  }

  /// The networks of these ids that a listing shows as what nobody can understand.
  package var unreadableNetworks: [String] {
    table.records.filter { isHit(by: quirks.unreadableRate, $0.id, .unreadable) }.map { $0.network.id }
  }

  /// The networks that a listing shows, oldest first.
  private func listed(at now: SandboxStamp) -> [NetworkRecord] {
    guard quirks.listLagMicroseconds > 0 else { return table.records }
    let instant = SandboxStamp(microseconds: now.microseconds - quirks.listLagMicroseconds)
    return history.records(at: instant) ?? table.records
  }

  private func document<Rows: RandomAccessCollection>(
    _ page: SandboxPage,
    of rows: Rows,
    hidden: Int = 0,
    _ json: (Rows.Element) -> [UInt8]
  ) -> [UInt8] {
    let total = quirks.totals.claim(rows.count + hidden, seed: account.seed, request: requestCount.total)
    return page.json(of: rows, total: total, metaFields: quirks.metaFields, json)
  }

  private func missingFields(of id: SandboxID) -> SandboxNetworkFields {
    if quirks.missingFieldRate <= 0 { return [] }
    var random = SandboxRandom(seed: account.seed, purpose: .missingFields, index: id.stream)
    guard random.chance(quirks.missingFieldRate) else { return [] }
    return SandboxNetworkFields(rawValue: 1 + random.below(15)).intersection(quirks.omissibleFields)
  }
}
