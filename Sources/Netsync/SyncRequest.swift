public import NetsyncModel
import NetsyncEngine
import NetsyncReconcile

/// What a sync is to do, and what a person has allowed it.
///
/// ```swift
/// var request = SyncRequest.pull
/// request.interfaces = .none
/// request.maximumDeletes = 40
/// let summary = try await replica.sync(request)
/// ```
public struct SyncRequest: Hashable, Sendable {
  /// Whose interfaces a pull reads: each list is a request.
  public enum InterfaceLists: Hashable, Sendable {
    /// Each network's.
    case all
    /// Those that are due, so many at most: soon where a network or its interfaces have changed, else less and less often, and each at
    /// least once a day as long as so many have room for all.
    case due(atMost: Int)
    /// Nobody's.
    case none
  }

  /// Read the account first.
  public var pulls: Bool
  /// Send what waits in the outbox, after the pull.
  public var pushes: Bool
  /// Whose interfaces the pull reads.
  public var interfaces = InterfaceLists.all
  /// Only this network is asked for, and only its edits are sent: an id, a local id, a prefix of either that is its alone and has four
  /// characters or more, or its exact name. A pull of one network says nothing of any other.
  public var network: String?
  /// Only these edits are sent, and each only where neither it nor what it was made upon has changed since it was planned.
  public var plan: PushPlan?
  /// How many deletions, here or at the server, a person has allowed; nil for the larger of 5 and a fifth of what is known.
  public var maximumDeletes: Int?
  /// A person has said that another account is meant than last time.
  public var acceptsAccount = false
  /// For the pull and for the push each; what is not done by then is the next one's.
  public var timeout = Duration.seconds(300)
  /// How long to wait for another process that syncs.
  public var wait = Duration.seconds(30)

  /// A pull, then a push.
  public static let sync = SyncRequest(pulls: true, pushes: true)
  /// A pull alone.
  public static let pull = SyncRequest(pulls: true, pushes: false)
  /// A push alone.
  public static let push = SyncRequest(pulls: false, pushes: true)

  private init(pulls: Bool, pushes: Bool) {
    self.pulls = pulls
    self.pushes = pushes
  }
}

extension SyncOptions {
  /// - Parameter network: the request's.
  init(_ request: SyncRequest, _ network: NetworkKey?) {
    var (pull, push) = (PullOptions(), PushOptions())
    pull.interfaces =
      switch request.interfaces {
      case .all: .all
      case .due(let most): .due(atMost: most)
      case .none: .none
      }
    pull.network = network
    pull.acceptsAccount = request.acceptsAccount
    (pull.maximumDeletes, push.maximumDeletes) = (request.maximumDeletes, request.maximumDeletes)
    (pull.timeout, push.timeout) = (request.timeout, request.timeout)
    (pull.wait, push.wait) = (request.wait, request.wait)
    push.only = network
    push.planned = request.plan?.actions.map(PlannedEdit.init)
    self.init(pull: request.pulls ? pull : nil, push: request.pushes ? push : nil)
  }
}
