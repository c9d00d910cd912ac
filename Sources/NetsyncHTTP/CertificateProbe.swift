import NIOCore
import NIOPosix
import NIOSSL
import NetsyncModel
import SwiftASN1

/// Reads the certificate of a server whose certificate was not accepted, for its user to see whose it is.
///
/// It goes through the first steps of a handshake on a connection of its own, and ends there whatever comes: nothing is ever sent over it.
enum CertificateProbe {
  static func certificate(
    of host: String,
    port: Int,
    over road: Road,
    timeout: TimeAmount
  ) async -> CertificateSummary? {
    let seen = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: CertificateSummary?.self)
    let context: NIOSSLContext
    do { context = try NIOSSLContext(configuration: .makeClientConfiguration()) } catch { return nil }
    do {
      let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connectTimeout(timeout)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let handshake = try NIOSSLClientHandler(
              context: context,
              serverHostname: isAddress(host) ? nil : host,
              customVerificationCallback: { chain, verdict in
                seen.succeed(chain.first.flatMap { CertificateSummary($0) })
                verdict.succeed(.failed)
              }
            )
            if let proxy = road.proxy {
              let target = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
              try channel.pipeline.syncOperations.addHandler(ProxyConnect(to: target, through: proxy, then: handshake))
            } else {
              try channel.pipeline.syncOperations.addHandler(handshake)
            }
          }
        }
        .connect(host: road.proxy?.host ?? host, port: road.proxy?.port ?? port).get()
      channel.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
      channel.closeFuture.whenComplete { _ in seen.succeed(nil) }
    } catch {
      seen.succeed(nil)
    }
    return try? await seen.futureResult.get()
  }
}

/// An IP address has no name that a server could choose a certificate by.
func isAddress(_ host: String) -> Bool {
  (try? SocketAddress(ipAddress: host, port: 0)) != nil
}

/// Asks a proxy to connect, and makes way for TLS once it has.
private final class ProxyConnect: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let request: String
  private let handshake: NIOSSLClientHandler
  private var answer = ""

  init(to target: String, through proxy: Road.Proxy, then handshake: NIOSSLClientHandler) {
    let credentials = proxy.authorization.map { "proxy-authorization: \($0)\r\n" } ?? ""
    request = "CONNECT \(target) HTTP/1.1\r\nhost: \(target)\r\n\(credentials)\r\n"
    self.handshake = handshake
  }

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    answer += String(buffer: unwrapInboundIn(data))
    guard answer.utf8.count < 8_192, answer.hasPrefix("HTTP/1.") || answer.utf8.count < 7 else {
      return context.close(promise: nil)
    }
    guard answer.contains("\r\n\r\n") else { return }
    guard answer.dropFirst(9).hasPrefix("200") else { return context.close(promise: nil) }
    do {
      try context.pipeline.syncOperations.addHandler(handshake, position: .after(self))
      context.pipeline.syncOperations.removeHandler(self, promise: nil)
    } catch {
      context.close(promise: nil)
    }
  }
}

extension CertificateSummary {
  init?(_ certificate: NIOSSLCertificate) {
    guard let bytes = try? certificate.toDERBytes() else { return nil }
    let names = certificate._subjectAlternativeNames()
    self.init(
      issuer: signer(of: bytes),
      hosts: names.compactMap { name in
        switch name.nameType {
        case .dnsName: String(decoding: name.contents, as: UTF8.self)
        case .ipAddress where name.contents.count == 4: name.contents.map(String.init).joined(separator: ".")
        default: nil
        }
      },
      validFrom: Timestamp(microseconds: Int64(certificate.notValidBefore) * 1_000_000),
      validUntil: Timestamp(microseconds: Int64(certificate.notValidAfter) * 1_000_000)
    )
  }
}

/// Who signed a certificate: its issuer's common name, else its organisation (RFC 5280, section 4.1).
func signer(of certificate: [UInt8]) -> String? {
  guard let root = try? DER.parse(certificate), let signed = root.children.first else { return nil }
  // version [0], serial number, algorithm, issuer.
  let fields = signed.children.filter { $0.identifier.tagClass == .universal }
  guard fields.count > 2 else { return nil }
  var names: [String: String] = [:]
  for set in fields[2].children {
    for attribute in set.children {
      let parts = Array(attribute.children)
      guard parts.count == 2, let kind = try? ASN1ObjectIdentifier(derEncoded: parts[0]),
        case .primitive(let value) = parts[1].content
      else { continue }
      names["\(kind)"] = String(decoding: value, as: UTF8.self)
    }
  }
  return names["2.5.4.3"] ?? names["2.5.4.10"]
}

extension ASN1Node {
  /// The nodes in it; none in a value.
  fileprivate var children: [ASN1Node] {
    if case .constructed(let nodes) = content { Array(nodes) } else { [] }
  }
}
