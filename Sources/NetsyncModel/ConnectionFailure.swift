/// Why there is no connection to the API: not one byte of a request has left.
public struct ConnectionFailure: Error, Hashable, Sendable {
  public var fault: ConnectionFault
  /// The API's host and port.
  public var host: String
  /// The proxy's host and port; nil for a direct connection.
  public var proxy: String?

  public init(_ fault: ConnectionFault, host: String, proxy: String? = nil) {
    self.fault = fault
    self.host = host
    self.proxy = proxy
  }
}

/// What is wrong with the way to the API.
public enum ConnectionFault: Hashable, Sendable {
  /// The name of the host, or of the proxy, has no address.
  case unresolved
  /// Nobody listens there.
  case refused
  /// There is no way there, or nobody answers in time.
  case noConnection
  /// Nobody whom this host trusts vouches for the certificate.
  case untrusted(CertificateSummary?)
  /// The certificate's time is over, or has not come.
  case outOfDate(CertificateSummary)
  /// The certificate is another host's.
  case otherHost(CertificateSummary?)
  /// What answers there does not speak TLS.
  case noTLS
  /// TLS was broken off before it began.
  case brokenHandshake
  /// The proxy wants a user and a password, or others.
  case proxyCredentials
  /// The proxy does not connect to the API.
  case proxyRefused

  /// Whether it may pass without anybody's doing.
  public var isTransient: Bool {
    switch self {
    case .unresolved, .refused, .noConnection, .brokenHandshake, .proxyRefused: true
    case .untrusted, .outOfDate, .otherHost, .noTLS, .proxyCredentials: false
    }
  }
}

/// What a server's certificate says of itself. Text from outside: escape it before it meets a terminal.
public struct CertificateSummary: Hashable, Sendable {
  /// Who signed it: a common name, or an organisation.
  public var issuer: String?
  /// The hosts that it is for.
  public var hosts: [String]
  public var validFrom: Timestamp
  public var validUntil: Timestamp

  public init(issuer: String?, hosts: [String], validFrom: Timestamp, validUntil: Timestamp) {
    self.issuer = issuer
    self.hosts = hosts
    self.validFrom = validFrom
    self.validUntil = validUntil
  }
}
