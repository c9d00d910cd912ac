/// Query items as the API's official clients write them: `page%5Bnumber%5D=2`, a space as `+`, a plus sign as `%2B`.
///
/// Source: application/x-www-form-urlencoded of the WHATWG URL standard. Foundation's URLComponents leaves a plus sign as
/// it is, and the server reads it as a space.
func formEncoded(_ items: [(name: String, value: String)]) -> String {
  items.map { "\(formEncoded($0.name))=\(formEncoded($0.value))" }.joined(separator: "&")
}

private func formEncoded(_ text: String) -> String {
  let digits = Array("0123456789ABCDEF".utf8)
  var bytes: [UInt8] = []
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "*"):
      bytes.append(byte)
    case UInt8(ascii: " "):
      bytes.append(UInt8(ascii: "+"))
    default:
      bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}
