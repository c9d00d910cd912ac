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
    if let wanted = query["filter[name]"] {
      let matcher = SandboxNameMatcher(quirks.nameFilter, wanted: wanted)
      records = records.filter { matcher.matches($0.name) }
    }
    switch quirks.order {
    case .newestFirst:
      // Not an array: only the page's rows are touched, whatever the size of the account.
      let newestFirst: ReversedCollection<[NetworkRecord]> = records.reversed()
      return document(page, of: newestFirst) { json(of: $0) }
    case .oldestFirst:
      break
    case .byName:
      // The sort is stable, and so leaves networks of one name oldest first.
      records.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    case .unstable:
      var random = SandboxRandom(seed: account.seed, purpose: .order, index: requestCount.total)
      random.shuffle(&records)
    }
    return document(page, of: records) { json(of: $0) }
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

  /// The networks that a listing shows, oldest first.
  private func listed(at now: SandboxStamp) -> [NetworkRecord] {
    guard quirks.listLagMicroseconds > 0 else { return table.records }
    let instant = SandboxStamp(microseconds: now.microseconds - quirks.listLagMicroseconds)
    return history.records(at: instant) ?? table.records
  }

  private func document<Rows: RandomAccessCollection>(
    _ page: SandboxPage,
    of rows: Rows,
    _ json: (Rows.Element) -> [UInt8]
  ) -> [UInt8] {
    let total = quirks.totals.claim(rows.count, seed: account.seed, request: requestCount.total)
    return page.json(of: rows, total: total, metaFields: quirks.metaFields, json)
  }

  private func missingFields(of id: SandboxID) -> SandboxNetworkFields {
    if quirks.missingFieldRate <= 0 { return [] }
    var random = SandboxRandom(seed: account.seed, purpose: .missingFields, index: id.stream)
    guard random.chance(quirks.missingFieldRate) else { return [] }
    return SandboxNetworkFields(rawValue: 1 + random.below(15)).intersection(quirks.omissibleFields)
  }
}
