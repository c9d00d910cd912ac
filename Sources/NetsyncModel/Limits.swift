/// The limits on what comes from outside (R16). Passing one is a named error, never a crash or an endless wait.
package enum Limits {
  /// Records on one page, the most the API gives.
  package static let pageSize = 250
  /// Pages of one listing: a million networks and some.
  package static let pages = 5_000
  /// Bytes of one answer's body, as it comes over the wire and decompressed.
  package static let bodyBytes = 8 << 20
  /// How many times its size over the wire a body may be, decompressed: a page of the sandbox's listing is four times.
  package static let decompression = 100
  /// How deep an answer may be nested; the API's own are four deep.
  package static let depth = 64
  /// Values in one answer: a page of the API's own has some thousands.
  package static let values = 200_000
  /// Records on one page that was asked for with `pageSize`.
  package static let rowsOnPage = 1_000
  /// Pages of the interfaces of one network.
  package static let interfacePages = 200
  /// Characters of each of the server's words on an error.
  package static let errorText = 2_000
  /// The longest wait that a server may ask for, and the shortest that is believed.
  package static let serverWait: ClosedRange<Duration> = .seconds(1)...(.seconds(15 * 60))
  /// How old what a listing showed may be to spare the look before a rename or a delete.
  package static let sightAge: Duration = .seconds(30)
  /// How long a listing that contradicts our own acknowledged write is taken for lag.
  package static let listingLag: Duration = .seconds(120)
  /// How far the clocks of the server's own machines may be apart.
  package static let serverClockSpread: Duration = .seconds(5)
  /// How often an edit may prevail over the changes of others to one network within the window, before a person decides.
  package static let contests = 3
  package static let contentionWindow: Duration = .seconds(60 * 60)
  /// The longest wait of a cycle without a sign of life.
  package static let heartbeat: Duration = .seconds(10)
  /// Requests on their way at once, unless a setting says otherwise.
  package static let requestsInFlight = 32
  /// Tries of one request within one cycle: of a host that never answered, and of one that did.
  package static let triesUnanswered = 4
  package static let triesAnswered = 10
  /// Tries of one network's interface list within one cycle.
  package static let triesOfOneList = 3
  /// How often a listing that contradicts itself is walked at a time, and the pause before it is walked again.
  package static let triesForWhole = 3
  package static let pauseForWhole: Duration = .seconds(1)
  /// Lists of interfaces that a daemon reads in one cycle, how old one may be in a replica that is in sync, and how many pulls in a row
  /// fail before that is an alarm; all unless a setting says otherwise.
  package static let listsOfCycle = 600
  package static let listAge: Duration = .seconds(86_400)
  package static let failedPulls = 3
  /// Interface lists in a row without an answer, each of which may be of one network alone, that end a cycle.
  package static let failuresInARow = 8
  /// What the journal keeps: of the entries younger than `journalAge` the newest `journalRows`, and whatever their number those
  /// younger than `journalYouth`.
  package static let journalAge: Duration = .seconds(90 * 86_400)
  package static let journalRows = 200_000
  package static let journalYouth: Duration = .seconds(86_400)
  /// Sweeps that are kept.
  package static let sweeps = 1_000
  /// Rows that one transaction of a compaction removes, and transactions of one compaction.
  package static let compactedRows = 1_000
  package static let compactions = 100
}
