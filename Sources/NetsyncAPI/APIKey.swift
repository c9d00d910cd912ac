/// The bearer key. It shows itself to nobody: every way of turning it into text gives `[redacted]`.
package struct APIKey: Sendable {
  private let text: String

  /// - Returns: nil unless the text is 1 to 4,096 characters of visible ASCII, which is all that fits a header.
  package init?(_ text: String) {
    guard (1...4_096).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      return nil
    }
    self.text = text
  }

  /// From a file that holds it on one line; the line may end or not.
  package init?(line bytes: some BidirectionalCollection<UInt8>) {
    var line = bytes[...]
    if line.last == UInt8(ascii: "\n") { line.removeLast() }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    self.init(String(decoding: line, as: UTF8.self))
  }

  /// A text without the key: a server may say it back.
  func redacted(from text: String) -> String {
    text.replacing(self.text, with: description)
  }

  /// The value of the `Authorization` header. Only for the wire.
  var authorization: String { "Bearer \(text)" }
}

extension APIKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable, Encodable {
  package var description: String { "[redacted]" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
