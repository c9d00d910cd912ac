extension ConnectionFailure {
  /// `api.telnyx.com: connection refused`.
  package var words: String {
    proxy.map { "\(host), through the proxy \($0): \(fault.words)" } ?? "\(host): \(fault.words)"
  }
}

extension ConnectionFault {
  package var words: String {
    switch self {
    case .unresolved: "the name cannot be resolved"
    case .refused: "connection refused"
    case .noConnection: "no connection"
    case .untrusted(let certificate): "the certificate is not trusted\(certificate.map { ": \($0.words)" } ?? "")"
    case .outOfDate(let certificate): "the certificate is out of date: \(certificate.words)"
    case .otherHost(let certificate):
      "the certificate is another host's\(certificate.map { ": \($0.words)" } ?? "")"
    case .noTLS: "what answers does not speak TLS"
    case .brokenHandshake: "the TLS handshake was broken off"
    case .proxyCredentials: "the proxy wants a user and a password"
    case .proxyRefused: "the proxy does not connect"
    }
  }
}

extension CertificateSummary {
  /// `signed by Example CA, for a.example, b.example, valid until 2027-01-01T00:00:00Z`.
  package var words: String {
    let hosts = hosts.isEmpty ? "no host" : hosts.prefix(5).joined(separator: ", ")
    return "signed by \(issuer ?? "nobody it names"), for \(hosts), valid until \(validUntil.rfc3339)"
  }
}
