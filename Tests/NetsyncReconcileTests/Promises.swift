/// Collects what does not hold, so that a walk through thousands of cells says what it found in words.
struct Promises {
  /// The sentences that did not hold.
  private(set) var broken: [String] = []

  /// What holds, and whether it does.
  mutating func expect(_ sentence: String, _ holds: Bool) {
    if !holds { broken.append(sentence) }
  }
}
