/// What made-up bytes are given to. Each holds what comes of them against its promises; none may trap.
enum FuzzTarget: String, CaseIterable {
  /// The body of a listing, decoded and taken into a replica.
  case page
  /// The body of an answer that is no success.
  case error
  /// Headers: waits, budgets and dates.
  case headers
  /// A stamp, held against another parser.
  case stamp
  /// A command line.
  case arguments
  /// The file of an API key.
  case key
  /// What happens to a replica: edits, listings, answers, crashes, in any order.
  case edits

  func run(_ bytes: [UInt8]) {
    switch self {
    case .page: fuzzPage(bytes)
    case .error: fuzzError(bytes)
    case .headers: fuzzHeaders(bytes)
    case .stamp: fuzzStamp(bytes)
    case .arguments: fuzzArguments(bytes)
    case .key: fuzzKey(bytes)
    case .edits: fuzzEdits(bytes)
    }
  }
}
