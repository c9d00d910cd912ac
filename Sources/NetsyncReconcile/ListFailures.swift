package import NetsyncModel

/// Whether a walk through the interface lists of many networks goes on after one could not be read (R11, R12).
///
/// | what came instead of the list | the walk |
/// |-------------------------------|----------|
/// | gone, refused, not understood | goes on: that is of the one network |
/// | 5xx, no answer | goes on, until ``Limits/failuresInARow`` in a row had it |
/// | credentials, slow down, unreachable | ends: that is of all |
///
/// What time will not mend neither counts nor ends a row: such lists are asked for first at every pull, and would keep the others
/// from being read.
package struct ListFailures: Hashable, Sendable {
  private var inARow = 0

  package init() {}

  /// A list was read.
  package mutating func recordSuccess() { inARow = 0 }

  /// A list could not be read.
  ///
  /// - Returns: whether the walk goes on.
  package mutating func record(_ failure: APIFailure) -> Bool {
    guard failure.mayBeOfOneRecord else { return false }
    if failure.isTransient { inARow += 1 }
    return inARow < Limits.failuresInARow
  }
}
