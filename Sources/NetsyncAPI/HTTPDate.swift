package import NetsyncModel

extension Timestamp {
  /// Parses the IMF-fixdate form of RFC 9110, 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`. The obsolete forms are not taken.
  package init?(httpDate text: String) {
    let fields = text.split(separator: " ", omittingEmptySubsequences: false)
    guard
      fields.count == 6, fields[0].count == 4, fields[0].hasSuffix(","), fields[5] == "GMT",
      fields[1].count == 2, fields[3].count == 4, fields[4].utf8.count == 8,
      let month = Self.months.firstIndex(of: String(fields[2]))
    else { return nil }
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    self.init("\(fields[3])-\(number)-\(fields[1])T\(fields[4])Z")
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
