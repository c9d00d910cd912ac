import FoundationEssentials
package import NetsyncAPI
import NIOSSL

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The way to the API: direct or through a proxy, and which authorities may vouch for it beside the system's.
///
/// | variable | says |
/// |---|---|
/// | `NETSYNC_HTTP_PROXY`, else `HTTPS_PROXY`, `https_proxy` | `http://[user:password@]host[:port]`; `none` for no proxy |
/// | `NO_PROXY`, `no_proxy` | hosts, domains, or `*`, separated by commas: no proxy for these |
/// | `NETSYNC_HTTP_CA_FILE` | a file of certificates in PEM |
/// | `SSL_CERT_FILE` | the same; left out where it cannot be read, as OpenSSL does |
/// | `SSL_CERT_DIR` | directories of such files as `openssl rehash` leaves them, separated by colons |
///
/// Loopback never goes through a proxy, and there is no way to leave the certificate unverified.
package struct Road: Sendable {
  /// A proxy that connects to the API by HTTP's CONNECT.
  struct Proxy: Hashable, Sendable {
    var host: String
    var port: Int
    var credentials: Credentials?

    struct Credentials: Hashable, Sendable {
      var user: String
      var password: String
    }
  }

  let proxy: Proxy?
  /// Files and directories of certificates.
  package let authorities: [String]

  /// Direct, with the system's authorities.
  package init() {
    (proxy, authorities) = (nil, [])
  }

  /// - Parameter environment: the process's variables; an empty one counts as not set.
  package init(to baseURL: BaseURL, _ environment: [String: String]) throws(RoadRefused) {
    let variables = environment.filter { !$0.value.isEmpty }
    proxy = try Self.proxy(to: baseURL, variables)
    var authorities: [String] = []
    if let file = variables["NETSYNC_HTTP_CA_FILE"] {
      guard holdsCertificates(file) else { throw .authorityFile }
      authorities.append(file)
    }
    if let file = variables["SSL_CERT_FILE"], isReadable(file, S_IFREG) { authorities.append(file) }
    let directories = variables["SSL_CERT_DIR"]?.split(separator: ":").map(String.init) ?? []
    authorities += directories.filter { isReadable($0, S_IFDIR) }
    // Without TLS nobody vouches for anything.
    self.authorities = baseURL.scheme == "https" ? authorities : []
  }

  /// The proxy's host and port, without its user; nil for a direct road.
  package var proxyAddress: String? { proxy?.address }

  // MARK: The proxy

  private static func proxy(to baseURL: BaseURL, _ variables: [String: String]) throws(RoadRefused) -> Proxy? {
    guard !baseURL.isLoopback else { return nil }
    for name in ["NETSYNC_HTTP_PROXY", "HTTPS_PROXY", "https_proxy"] {
      guard let text = variables[name] else { continue }
      if text == "none" || isExempt(baseURL, variables["NO_PROXY"] ?? variables["no_proxy"] ?? "") { return nil }
      guard let proxy = Proxy(text) else { throw .proxy(name) }
      return proxy
    }
    return nil
  }

  /// Whether a host is among those that no proxy is for: by its name, by a domain that it is in, or as everything is by `*`.
  static func isExempt(_ baseURL: BaseURL, _ list: String) -> Bool {
    let host = baseURL.host.lowercased()
    return list.split(separator: ",").contains { entry in
      var entry = entry.drop { $0 == " " }.lowercased()
      while entry.hasSuffix(" ") { entry.removeLast() }
      if entry == "*" || entry == baseURL.authority { return true }
      if entry.hasPrefix("*.") { entry.removeFirst() }
      let domain = entry.hasPrefix(".") ? entry : ".\(entry)"
      return !entry.isEmpty && (host == entry || host.hasSuffix(domain) || ".\(host)" == domain)
    }
  }
}

/// Why a road cannot be taken. The value is never in it: it may hold a password.
package enum RoadRefused: Error, Hashable, Sendable {
  /// The variable of this name is no address of a proxy.
  case proxy(String)
  /// `NETSYNC_HTTP_CA_FILE` is no file of certificates.
  case authorityFile

  /// The variable that it is about.
  package var variable: String {
    switch self {
    case .proxy(let name): name
    case .authorityFile: "NETSYNC_HTTP_CA_FILE"
    }
  }
}

extension Road.Proxy {
  /// `[http://][user[:password]@]host[:port][/]`; the user and the password with percent signs for what a URL cannot hold.
  init?(_ text: String) {
    var rest = text[...]
    if let scheme = rest.firstRange(of: "://") {
      guard rest[..<scheme.lowerBound].lowercased() == "http" else { return nil }
      rest = rest[scheme.upperBound...]
    }
    if rest.hasSuffix("/") { rest.removeLast() }
    if let at = rest.lastIndex(of: "@") {
      let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard let user = parts.first.flatMap({ percentDecoded($0) }),
        let password = percentDecoded(parts.count > 1 ? parts[1] : "")
      else { return nil }
      credentials = Credentials(user: user, password: password)
      rest = rest[rest.index(after: at)...]
    }
    // The rules for a host are those of the API's.
    guard let url = try? BaseURL("https://\(rest)"), url.path.isEmpty else { return nil }
    host = url.host.hasPrefix("[") ? String(url.host.dropFirst().dropLast()) : url.host
    port = url.port ?? 3128
  }

  var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

private func percentDecoded(_ text: Substring) -> String? {
  var bytes: [UInt8] = []
  var rest = text.utf8[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      bytes.append(byte)
      continue
    }
    guard let digits = String(rest.prefix(2)), digits.count == 2, let value = UInt8(digits, radix: 16) else {
      return nil
    }
    bytes.append(value)
    rest = rest.dropFirst(2)
  }
  return String(validating: bytes, as: UTF8.self)
}

extension Road {
  /// What the authorities' files hold. One that cannot be read holds nothing, as OpenSSL has it.
  var certificates: [NIOSSLCertificate] {
    authorities.flatMap { path in
      let files = isReadable(path, S_IFDIR) ? Self.rehashedFiles(in: path) : [path]
      return files.flatMap { (try? NIOSSLCertificate.fromPEMFile($0)) ?? [] }
    }
  }

  /// The names that `openssl rehash` gives: eight hexadecimal digits of the subject's hash, and a number.
  private static func rehashedFiles(in directory: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    let rehashed = names.filter { name in
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      return parts.count == 2 && parts[0].count == 8 && parts[0].allSatisfy(\.isHexDigit) && Int(parts[1]) != nil
    }
    return rehashed.sorted().map { "\(directory)/\($0)" }
  }
}

private func holdsCertificates(_ file: String) -> Bool {
  (try? NIOSSLCertificate.fromPEMFile(file))?.isEmpty == false
}

private func isReadable(_ path: String, _ kind: mode_t) -> Bool {
  var status = stat()
  return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == kind && access(path, R_OK) == 0
}
