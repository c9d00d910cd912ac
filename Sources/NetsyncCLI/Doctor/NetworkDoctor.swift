import FoundationEssentials
import Netsync
import NetsyncAPI
import NetsyncHTTP
import NetsyncReplica

/// Follows the way to the API hop by hop, and learns from its answers how it behaves. It only reads, and the replica remembers what was
/// found.
struct NetworkDoctor {
  /// A host's clock may be so far off before somebody should know; netsync reckons with it.
  private static let farOff = Duration.seconds(30)
  /// What a look costs at most, in requests, after the first page; with less left of the server's budget only that is asked for.
  private static let requests = 7
  /// Networks that are read by themselves, to be held against the listing.
  private static let readAlone = 3
  /// What is true for longer than the moment.
  private static let lasting: Set = [
    "clock", "order", "stamps", "compression", "page_size", "last_page", "filter", "lag",
  ]

  let session: Session

  func findings() async throws -> [Finding] {
    let baseURL = try session.configuration.baseURL()
    let road = try session.configuration.road(to: baseURL)
    let way = road.proxyAddress.map { "through the proxy \($0)" } ?? "direct"
    let trusted = road.authorities.isEmpty ? "" : ", trusting \(road.authorities.joined(separator: ", ")) too"
    let found = try await session.withTransport { transport in
      let key = try await KeySource.find(session.configuration).key
      return await answers(try session.client(over: transport, key: key))
    }
    return [.ok("road", "\(baseURL.description), \(way)\(trusted)")] + found + remember(found, of: baseURL)
  }

  /// - Returns: why it cannot be remembered, where there is a replica that should.
  private func remember(_ findings: [Finding], of baseURL: BaseURL) -> [Finding] {
    let facts = findings.filter { Self.lasting.contains($0.check) }.map {
      ServerFact(topic: $0.check, fact: $0.fact.string, asOf: .now)
    }
    guard !facts.isEmpty, FileManager.default.fileExists(atPath: session.settings.replicaPath) else { return [] }
    do throws(UserMessage) {
      let replica = try session.open()
      try session.step { () throws(ReplicaError) in try replica.remember(facts, of: baseURL.description) }
      return []
    } catch {
      let fact: TerminalText = "what was found of the API is not remembered: \(error.why.string)"
      return [.warning("memory", fact, next: "netsync doctor, without --network, looks at the replica")]
    }
  }

  private func answers(_ api: APIClient) async -> [Finding] {
    let sent = Timestamp.now
    let first = await api.networks(page: 1)
    let roundTrip = Timestamp.now.since(sent)
    let page: ListPage<NetworkDocument>
    do throws(APIFailure) {
      guard case .changed(let listed, _) = try first.result.get() else { return [] }
      page = listed
    } catch {
      // Which hop it is the message knows: the name, the address, the proxy, TLS, the key, the rate, the answer.
      let state: TerminalText = "nothing was changed"
      return [.fault("api", UserMessage.api(error, request: first.request, tries: 1, state: state))]
    }
    let total = page.meta.totalResults.map { "\(counted($0, "network"))" } ?? "networks, and does not say how many"
    var findings: [Finding] = [
      .ok("api", "answers in \(DurationText.short(roundTrip)) and accepts the key; it has \(total)")
    ]
    findings += [
      clock(first.clock), pages(page), order(page), stamps(page),
      .ok("compression", "answers come \(first.isCompressed ? "" : "un")compressed"),
    ].compactMap(\.self)
    if let remaining = first.remaining {
      findings.append(.ok("rate", "\(counted(remaining, "request")) left before the server's budget is renewed"))
    }
    if !page.faults.isEmpty {
      findings.append(
        .warning(
          "records",
          "\(counted(page.faults.count, "record")) of the first page cannot be understood",
          next: "netsync pull; 'netsync status' says which"
        )
      )
    }
    // What others need of the key's budget is not spent on curiosity.
    if first.silence != nil || first.remaining.map({ $0 < Self.requests }) ?? false { return findings }
    return findings
      + [
        await pageSize(api, page), await lastPage(api, page), await filter(api, page),
        await lag(api, page, listedAt: first.date),
      ].compactMap(\.self)
  }
}

/// What the first page tells.
extension NetworkDoctor {
  private func clock(_ clock: ServerClock?) -> Finding? {
    guard let clock else {
      return .warning("clock", "the API does not say what time it is", next: "conflicts that are close are held")
    }
    let off = clock.offset < .zero ? Duration.zero - clock.offset : clock.offset
    let precision = "give or take \(DurationText.short(clock.uncertainty))"
    let fact: TerminalText =
      off <= clock.uncertainty
      ? "this host agrees with the API, \(precision)"
      : "this host is \(DurationText.short(off)) \(clock.offset < .zero ? "ahead of" : "behind") the API, \(precision)"
    return off > Self.farOff
      ? .warning("clock", fact, next: "set this host's clock; netsync reckons with it, other programs may not")
      : .ok("clock", fact)
  }

  private func pages(_ page: ListPage<NetworkDocument>) -> Finding? {
    guard let total = page.meta.totalResults, let pages = page.meta.totalPages, pages > 1, total > 0 else { return nil }
    return .ok("pages", "\(counted(page.records.count, "network")) a page, \(counted(pages, "page"))")
  }

  private func order(_ page: ListPage<NetworkDocument>) -> Finding? {
    let times = page.records.compactMap { $0.createdAt?.instant }
    guard times.count > 1 else { return nil }
    let order =
      times == times.sorted(by: >)
      ? "the newest first"
      : times == times.sorted() ? "the oldest first" : "in an order that is not that of their making"
    return .ok("order", "networks are listed \(order)")
  }

  private func stamps(_ page: ListPage<NetworkDocument>) -> Finding? {
    guard !page.records.isEmpty else { return nil }
    let stamps = page.records.compactMap(\.updatedAt)
    guard !stamps.isEmpty else {
      return .warning("stamps", "no network has updated_at", next: "changes are told by their content alone")
    }
    let digits =
      stamps.map { $0.raw.split(separator: ".").dropFirst().first?.prefix { $0.isNumber }.count ?? 0 }.max() ?? 0
    return .ok("stamps", "updated_at has \(counted(digits, "digit")) of a second's fraction")
  }
}

/// What has to be asked for.
extension NetworkDoctor {
  /// What the server makes of a page that is larger than its documentation allows.
  private func pageSize(_ api: APIClient, _ page: ListPage<NetworkDocument>) async -> Finding? {
    // With fewer networks than that nobody can tell.
    guard let total = page.meta.totalResults, total > page.records.count else { return nil }
    if page.records.count < api.pageSize {
      return .ok("page_size", "a page holds \(page.records.count) at most, whoever asks for \(api.pageSize)")
    }
    var greedy = api
    greedy.pageSize += 1
    switch await greedy.networks(page: 1).result {
    case .success(.changed(let larger, _)) where larger.records.count > api.pageSize:
      return .ok("page_size", "a page may hold more than \(api.pageSize)")
    case .success(.changed(let larger, _)):
      return .ok("page_size", "a page holds \(larger.records.count) at most, whoever asks for more")
    case .failure(.refused):
      return .ok("page_size", "a page holds \(api.pageSize) at most; to ask for more is refused")
    case .success(.unchanged), .failure: return nil
    }
  }

  /// What comes of a page behind the last one.
  private func lastPage(_ api: APIClient, _ page: ListPage<NetworkDocument>) async -> Finding? {
    guard let pages = page.meta.totalPages else { return nil }
    switch await api.networks(page: pages + 1).result {
    case .success(.changed(let beyond, _)):
      return .ok(
        "last_page",
        "the page behind the last one \(beyond.records.isEmpty ? "is empty" : "has networks too")"
      )
    case .failure(.refused): return .ok("last_page", "the page behind the last one is refused")
    case .success(.unchanged), .failure: return nil
    }
  }

  /// Whether `filter[name]` takes a part of a name for the name, or another case of its letters.
  private func filter(_ api: APIClient, _ page: ListPage<NetworkDocument>) async -> Finding? {
    guard let name = page.records.compactMap(\.name).first(where: { $0.text.count > 3 }),
      let takesParts = await finds(name, by: String(name.text.dropLast()), api)
    else { return nil }
    let wanted = takesParts ? "as a part of names" : "as a whole"
    let otherCase = name.text.uppercased() == name.text ? name.text.lowercased() : name.text.uppercased()
    guard otherCase != name.text, let foldsCase = await finds(name, by: otherCase, api) else {
      return .ok("filter", "a name is looked for \(wanted)")
    }
    return .ok("filter", "a name is looked for \(wanted), \(foldsCase ? "in any case" : "in the case") of its letters")
  }

  /// - Returns: nil where the server did not answer.
  private func finds(_ name: NetworkName, by text: String, _ api: APIClient) async -> Bool? {
    guard case .success(let found) = await api.networks(named: NetworkName(text), page: 1).result else { return nil }
    return found.records.contains { $0.name == name }
  }

  /// Whether the listing shows what its networks say of themselves. The newest changes are those that it may not show yet.
  ///
  /// - Parameter listedAt: when the page was answered, on the server's clock. What changed since is no lag.
  private func lag(_ api: APIClient, _ page: ListPage<NetworkDocument>, listedAt: Timestamp?) async -> Finding? {
    guard let listedAt else { return nil }
    let stamped = page.records.compactMap { network in network.updatedAt?.instant.map { (network.id, $0) } }
    let newest = stamped.sorted { $0.1 > $1.1 }.prefix(Self.readAlone)
    guard !newest.isEmpty else { return nil }
    for (id, listed) in newest {
      switch await api.network(id).result {
      case .success(let alone):
        guard let own = alone.updatedAt?.instant, own > listed, own < listedAt else { continue }
        let behind = DurationText.short(listedAt.since(own))
        return .ok("lag", "the listing lags: a change of \(id) was not in it \(behind) later")
      case .failure(.gone): return .ok("lag", "the listing lags: it shows \(id), which is gone")
      case .failure: return nil
      }
    }
    return .ok("lag", "the listing shows the last change of \(counted(newest.count, "network")) as they do themselves")
  }
}
