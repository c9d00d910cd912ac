import NetsyncAPI

/// A key file's content is a key just where it is one line of 1 to 4,096 visible ASCII characters; a key shows itself to nobody.
func fuzzKey(_ bytes: [UInt8]) {
  let key = APIKey(line: bytes)
  var line = bytes
  if line.last == 0x0A { line.removeLast() }
  if line.last == 0x0D { line.removeLast() }
  let isLine = !line.isEmpty && line.count <= 4_096 && line.allSatisfy { $0 > 0x20 && $0 < 0x7F }
  promise((key != nil) == isLine, "\(line.count) bytes: \(key != nil)")
  guard let key else { return }
  promise("\(key)" == "[redacted]" && String(reflecting: key) == "[redacted]", "a key shows itself")
}
