import HTTPTypes
import Hummingbird
import Logging
import Mustache
import NIOCore
import NetsyncModel
package import NetsyncReplica

/// What a browser shows of a replica.
package struct Page: Sendable {
  let replica: Replica

  package init(replica: Replica) {
    self.replica = replica
  }
}
