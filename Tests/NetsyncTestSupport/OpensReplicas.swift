package import Testing

/// Of the tests that have this trait, only so many run at the same time, whatever their suites.
///
/// Swift Testing begins all tests at once, and Debian allows a process 1,024 open files. A test has one replica, seldom more
/// than three, and a replica takes up to eleven descriptors: its file and its log for each of five connections, and the memory
/// that these share. Sixteen tests of three replicas take some 530, and leave as many to those that open sockets or start
/// processes.
///
/// Each case of a parameterized test counts as a test.
package struct OpensReplicas: SuiteTrait, TestTrait, TestScoping {
  /// How many run at the same time.
  static let bound = 16
  /// Those of the process.
  static let shared = Slots(bound)

  /// Whether this task has a slot. A test that has the trait of its own and of its suite must not wait for a second one: where
  /// all the slots are taken by such tests, none would ever be free.
  @TaskLocal private static var hasSlot: Bool = false

  let slots: Slots

  package var isRecursive: Bool { true }

  /// A test waits before its time limit begins, and so does not spend it on waiting. The cases of a parameterized test have to
  /// wait one by one, which is within the limit of each.
  package func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? {
    let isCase = testCase != nil
    return !test.isSuite && test.isParameterized == isCase ? self : nil
  }

  package func provideScope(
    for test: Test,
    testCase: Test.Case?,
    performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    if Self.hasSlot { return try await function() }
    try await slots.withSlot {
      try await Self.$hasSlot.withValue(true) { try await function() }
    }
  }
}

extension Trait where Self == OpensReplicas {
  /// The test opens replicas, or those of the suite do.
  package static var opensReplicas: Self { Self(slots: OpensReplicas.shared) }
}
