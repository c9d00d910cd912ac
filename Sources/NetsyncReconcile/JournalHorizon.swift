package import NetsyncModel

/// Until when the entries of the journal have served: the later of what age and count ask for, but never the last day.
///
/// | newest entry over the count | horizon                    |
/// |-----------------------------|----------------------------|
/// | none                        | 90 days ago                |
/// | 100 days old                | 90 days ago                |
/// | 30 days old                 | 30 days ago                |
/// | an hour old                 | a day ago                  |
///
/// - Parameter surplus: when the newest entry beyond ``Limits/journalRows`` was written; nil where there is none.
package func journalHorizon(now: Timestamp, surplus: Timestamp?) -> Timestamp {
  let byAge = now - Limits.journalAge
  return min(max(byAge, surplus ?? byAge), now - Limits.journalYouth)
}

/// Whether it is time to look through the journal for what has served. Every entry that stays is looked at, and those of networks that
/// are gone stay for ever, so once a day is enough.
///
/// - Parameter last: when that was done; nil where it never was.
package func isCompactionDue(now: Timestamp, last: Timestamp?) -> Bool {
  guard let last else { return true }
  // A clock that was ahead, and was set right, must not put it off for as long.
  return now < last || now >= last + Limits.journalYouth
}
