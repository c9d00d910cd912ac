import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import NetsyncModel
import NetsyncPage
import NetsyncReplica
import Testing

@Suite struct PageTests {}
