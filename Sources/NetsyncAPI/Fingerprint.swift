/// A 128-bit FNV-1a sum of an answer's body. It tells a page that came again byte for byte, so that nothing is decoded.
///
/// It guards against chance, not against malice: a server that wants to hide a change need not forge a sum for it.
/// Source: the FNV non-cryptographic hash, draft-eastlake-fnv.
package struct Fingerprint: Hashable, Sendable {
  /// Sixteen bytes, the most significant first.
  package let bytes: [UInt8]

  package init(of body: [UInt8]) {
    var sum: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D
    for byte in body {
      sum = (sum ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013B
    }
    bytes = (0..<16).map { UInt8(truncatingIfNeeded: sum >> UInt128(120 - 8 * $0)) }
  }

  /// - Returns: nil unless there are sixteen bytes.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self.bytes = bytes
  }
}
