/// What made-up bytes are given to. It holds what comes of them against its promises; none may trap.
package struct FuzzTarget: Sendable {
  package let name: String
  package let run: @Sendable ([UInt8]) -> Void

  package init(_ name: String, _ run: @escaping @Sendable ([UInt8]) -> Void) {
    self.name = name
    self.run = run
  }
}

extension FuzzTarget {
  /// The targets that need no more than the API's module. They stand apart, for a fuzzer looks at the counters of all that is linked
  /// after each execution: what links little is executed many times as often.
  package static let texts = [
    // A stamp, held against another parser.
    FuzzTarget("stamp", fuzzStamp),
    // Headers: waits, budgets and dates.
    FuzzTarget("headers", fuzzHeaders),
    // The body of an answer that is no success.
    FuzzTarget("error", fuzzError),
    // The file of an API key.
    FuzzTarget("key", fuzzKey),
  ]
}
