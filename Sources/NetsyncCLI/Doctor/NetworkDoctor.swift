import Netsync
import NetsyncAPI
import NetsyncHTTP

/// Follows the way to the API hop by hop, and learns from its answers how it behaves. It only reads.
struct NetworkDoctor {
  /// A host's clock may be so far off before somebody should know; netsync reckons with it.
  private static let farOff = Duration.seconds(30)

  let session: Session

  func findings() async throws -> [Finding] {
    let baseURL = try session.configuration.baseURL()
    let road = try session.configuration.road(to: baseURL)
    let way = road.proxyAddress.map { "through the proxy \($0)" } ?? "direct"
    let trusted = road.authorities.isEmpty ? "" : ", trusting \(road.authorities.joined(separator: ", ")) too"
    return [.ok("road", "\(baseURL.description), \(way)\(trusted)")]
      + (try await session.withTransport { transport in
        let key = try await KeySource.find(session.configuration).key
        return await answers(try session.client(over: transport, key: key))
      })
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
    findings += [clock(first.clock), pages(page), order(page), stamps(page)].compactMap(\.self)
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
    if let filter = await filter(api, page) { findings.append(filter) }
    return findings
  }

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
    let stamps = page.records.compactMap(\.updatedAt)
    guard !stamps.isEmpty else {
      return .warning("stamps", "no network has updated_at", next: "changes are told by their content alone")
    }
    let digits =
      stamps.map { $0.raw.split(separator: ".").dropFirst().first?.prefix { $0.isNumber }.count ?? 0 }.max() ?? 0
    return .ok("stamps", "updated_at has \(counted(digits, "digit")) of a second's fraction")
  }

  /// Whether `filter[name]` takes a part of a name for the name.
  private func filter(_ api: APIClient, _ page: ListPage<NetworkDocument>) async -> Finding? {
    guard let name = page.records.compactMap(\.name).first(where: { $0.text.count > 3 }) else { return nil }
    let part = NetworkName(String(name.text.dropLast()))
    guard case .success(let found) = await api.networks(named: part, page: 1).result else { return nil }
    let takesParts = found.records.contains { $0.name == name }
    return .ok("filter", "a name is looked for \(takesParts ? "as a part of names" : "as a whole")")
  }
}
