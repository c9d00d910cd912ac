extension CampaignSummary {
  /// From so many seeds on, chance is no excuse.
  public static let fewestSeedsOfVerdict = 1_000
  /// Of the edits that were meant, so many percent must land.
  public static let fewestPercentLanded = 90

  /// Promises that only many seeds together can break: that edits land at all, or "hold everything" would keep all others (I14).
  public var campaignViolations: [String] {
    guard seeds >= Self.fewestSeedsOfVerdict, counts.landed * 100 < counts.meant * Self.fewestPercentLanded else {
      return []
    }
    return ["\(Invariant.notTrivial.rawValue): only \(counts.landed) of \(counts.meant) meant edits landed"]
  }
}
