/// What a replica's user takes before it is told as trouble.
package struct Tolerance: Hashable, Sendable {
  /// How old a list of interfaces may be in a replica that is in sync.
  package var listAge: Duration
  /// How many pulls in a row fail before that is an alarm: one that fails is every day's.
  package var failedPulls: Int

  package init(listAge: Duration = Limits.listAge, failedPulls: Int = Limits.failedPulls) {
    self.listAge = listAge
    self.failedPulls = failedPulls
  }
}
