/// A secret of this process that its forms carry, so that no other site's form can pass for one of them.
struct FormToken: Sendable {
  let text: String

  init() {
    let halves = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
    text = String(halves.0, radix: 16) + "-" + String(halves.1, radix: 16)
  }

  /// Takes as long for a near miss as for any other of its length.
  func matches(_ other: String?) -> Bool {
    guard let other, other.utf8.count == text.utf8.count else { return false }
    return zip(text.utf8, other.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}

/// It shows itself to nobody: whatever holds it is described without it, in a log for one.
extension FormToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  var description: String { "[redacted]" }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: []) }
}
