/// What became of an edit: how it ended, or that only a person can carry it on.
public enum Settlement: Hashable, Sendable {
  /// The server has what the edit wanted: it took it, a create without an answer was found, or it was so there already.
  ///
  /// `id` is the server's. `name` is the one that the server gave back; nil for a deletion.
  case sent(id: NetworkID?, name: NetworkName?)
  /// The network was changed there as well, and by the policy that change stands. `theirs` is the name there; nil where it was
  /// deleted.
  case yielded(to: NetworkName?)
  /// The server refused it for good, in its own words. The edit is kept, to be retried or discarded.
  case refused(APIErrorDetail)
  /// Both sides changed the network. The edit waits for a person to take a side.
  case conflict(ConflictKind)
  /// A create was not answered, and each of these networks may be what it made. The edit waits for a person to adopt one, or to
  /// retry it.
  case undecided([NetworkID])
  /// A guard holds it, for it would delete too much. The edit waits for a person to allow it.
  case held
  /// A later edit of the network took its place. Nil where that edit undid it before it was sent, so nothing was left to send,
  /// and where a person had the network made anew under their name after it was deleted there.
  case superseded(by: EditNumber?)
  /// Its user took it back, or took their side of a conflict.
  case discarded
  /// There never was anything to send: the edit asked for what was so already, or undid one that had not been sent.
  case nothingToSend

  /// Whether the edit is still in the outbox and goes on only when a person decides. Everything else is final, but for a refused
  /// edit that is retried.
  public var waitsForPerson: Bool {
    switch self {
    case .refused, .conflict, .undecided, .held: true
    case .sent, .yielded, .superseded, .discarded, .nothingToSend: false
    }
  }
}
