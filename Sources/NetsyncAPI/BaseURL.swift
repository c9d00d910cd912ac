/// Where the API lives: `https://` anywhere, `http://` on this host only.
///
/// Parsed strictly and by hand, since what a lenient parser repairs is where a key leaks: no user, no query, no fragment, no
/// percent signs, and a host that is spelled out.
package struct BaseURL: Hashable, Sendable, CustomStringConvertible {
  package let scheme: String
  /// Host and port as they stand in the URL.
  package let authority: String
  /// As it stands in the URL: an IPv6 address is in brackets.
  package let host: String
  /// nil where the URL has none.
  package let port: Int?
  /// It is this host.
  package let isLoopback: Bool
  /// Begins with a slash unless empty, never ends with one.
  package let path: String

  package static let telnyx = BaseURL(scheme: "https", host: "api.telnyx.com", path: "/v2")

  private init(scheme: String, host: String, path: String) {
    self.scheme = scheme
    authority = host
    self.host = host
    port = nil
    isLoopback = false
    self.path = path
  }

  /// - Throws: ``BaseURLRefused``; the text is never quoted in the error, for it may hold a password.
  package init(_ text: String) throws(BaseURLRefused) {
    let rest: Substring
    if text.lowercased().hasPrefix("https://") {
      (scheme, rest) = ("https", text.dropFirst(8))
    } else if text.lowercased().hasPrefix("http://") {
      (scheme, rest) = ("http", text.dropFirst(7))
    } else {
      throw .scheme
    }
    let authority = rest.prefix { $0 != "/" }
    guard let host = Self.host(of: authority) else { throw .host }
    isLoopback = Self.isLoopback(host)
    guard scheme == "https" || isLoopback else { throw .plainText }
    var path = rest.dropFirst(authority.count)
    while path.hasSuffix("/") { path = path.dropLast() }
    guard path.utf8.allSatisfy(Self.isPathByte),
      !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." })
    else { throw .path }
    self.authority = authority.lowercased()
    self.host = host.lowercased()
    port = Int(authority.dropFirst(host.count + 1))
    self.path = String(path)
  }

  package var description: String { "\(scheme)://\(authority)\(path)" }

  /// The host of `host`, `host:port`, `[v6]` or `[v6]:port`; nil for anything else.
  private static func host(of authority: Substring) -> Substring? {
    let host: Substring
    var port: Substring
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = authority[...end]
      port = authority[authority.index(after: end)...]
      guard host.contains(":"),
        host.dropFirst().dropLast().utf8.allSatisfy({ isHexadecimal($0) || $0 == UInt8(ascii: ":") })
      else {
        return nil
      }
    } else {
      host = authority.prefix { $0 != ":" }
      port = authority.dropFirst(host.count)
      guard host.utf8.allSatisfy(isHostByte) else { return nil }
    }
    guard !host.isEmpty else { return nil }
    guard !port.isEmpty else { return host }
    guard port.removeFirst() == ":", port.utf8.allSatisfy(isDigit), let number = Int(port),
      (1...65_535).contains(number)
    else { return nil }
    return host
  }

  /// `localhost`, 127.0.0.0/8 in its four-part form, and ::1. `0.0.0.0` is not loopback.
  private static func isLoopback(_ host: Substring) -> Bool {
    if host.lowercased() == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "127" else { return false }
    return parts.allSatisfy { part in
      part.utf8.allSatisfy(isDigit) && (part == "0" || !part.hasPrefix("0")) && UInt8(part) != nil
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
  }

  private static func isPathByte(_ byte: UInt8) -> Bool {
    isHostByte(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "~")
  }
}

/// Why a base URL is not used.
package enum BaseURLRefused: Error, Hashable, Sendable {
  /// Neither `https://` nor `http://`.
  case scheme
  /// No host, or one with a user, a password or other decoration.
  case host
  /// `http://` to another machine would send the key in the clear.
  case plainText
  /// A query, a fragment, a percent sign or a dot segment.
  case path
}
