/// What a push would send, and what it would leave.
public struct PushPlan: Hashable, Sendable {
  /// In the order of their numbers.
  public package(set) var actions: [OutboxOperation]
  /// What it would leave.
  public package(set) var held: [HeldEdit]

  package init(actions: [OutboxOperation], held: [HeldEdit]) {
    self.actions = actions
    self.held = held
  }
}

/// An edit that a push would not send, and why.
public struct HeldEdit: Hashable, Sendable {
  public package(set) var operation: OutboxOperation
  public package(set) var reason: Reason

  package init(operation: OutboxOperation, reason: Reason) {
    self.operation = operation
    self.reason = reason
  }

  /// Why it is not sent.
  public enum Reason: Hashable, Sendable {
    /// Both sides changed the network, and a person decides.
    case conflict(ConflictKind)
    /// Sent and not answered: it is looked for before it is sent again.
    case inDoubt
    /// In doubt, and a person decides: several networks may be it, or what the server lists proves nothing.
    case undecided
    /// The server refused it for good.
    case refused
    /// A guard holds it until a person allows it.
    case guarded(Guard)
    /// Another edit of the same network comes first.
    case behind(EditNumber)
  }
}
