/// The name of a network, the one field that a client can write.
///
/// Names are equal when their UTF-8 bytes are (R3): Swift's `==` on `String` takes NFC and NFD forms for the same text,
/// the server does not.
public struct NetworkName: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  /// A name as the server sent it: any text at all.
  public init(_ text: String) {
    self.text = text
  }

  /// A name that a user asks for. The server's own limits are not published, so only what no server can mean is refused.
  ///
  /// - Throws: ``NameRefused`` for blank text or a NUL, which SQLite's text functions end at.
  public init(edited text: String) throws(NameRefused) {
    guard !text.utf8.contains(0) else { throw .holdsNUL }
    guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else { throw .blank }
    self.text = text
  }

  public var description: String { text }

  public static func == (left: NetworkName, right: NetworkName) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}

/// Why a name was refused before it was queued.
public enum NameRefused: Error, Hashable, Sendable {
  case blank
  case holdsNUL
}
