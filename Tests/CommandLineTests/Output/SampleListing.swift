@testable import NetsyncCLI

/// A list as `networks list` has it, with little in it.
enum SampleListing {
  static let columns: [Listing.Column] = [
    .init("name", header: "NAME", isFlexible: true),
    .init("id", header: "ID", isIdentifier: true, standIn: "local_id"),
    .init("local_id", header: "LOCAL ID", visibility: .hidden, isInTSV: false, isIdentifier: true),
    .init("interfaces", header: "IFACES", alignment: .trailing),
    .init("updated_at", header: "UPDATED", visibility: .wide),
  ]

  static func row(
    name: String,
    id: String? = "id-1",
    localID: String? = nil,
    interfaces: Int = 0,
    updatedAt: String? = nil,
    tone: Style.Tone = .plain
  ) -> Listing.Row {
    [
      .init(.string(name), tone: tone), .init(JSONText(id)), .init(JSONText(localID)), .init(JSONText(interfaces)),
      .init(JSONText(updatedAt), text: updatedAt.map { _ in "2 h ago" }),
    ]
  }
}

/// A list as one string.
func rendered(
  _ rows: [Listing.Row],
  under columns: [Listing.Column] = SampleListing.columns,
  fields: String? = nil,
  as format: OutputFormat,
  on destination: Destination = .file
) throws -> String {
  var renderer = try Projection(columns, fields: fields).renderer(for: format, on: destination)
  return renderer.start() + rows.map { renderer.row($0) }.joined() + renderer.end()
}

extension Destination {
  /// A terminal without colour.
  static func terminal(width: Int) -> Destination {
    Destination(isTerminal: true, width: width, style: .plain)
  }
}

/// Names that somebody may choose in order to do harm, or because they look nice.
enum TrickyNames {
  static let all = [
    "\u{1B}[31mred\u{1B}[0m", "\u{1B}]0;title\u{7}", "a\u{9B}2Jb", "a\u{7F}\u{8}b", "line\nbreak", "tab\tcr\r", "nul\0",
    "user\u{202E}gpj.exe", "\u{2066}isolate\u{2069}", "\u{200E}\u{200F}\u{61C}", "zero\u{200B}width\u{FEFF}",
    "\u{E0041}\u{E007F}", "a\u{2028}b\u{2029}c", "soft\u{AD}hyphen", "\u{301}lone mark", "e\u{301}", "日本語のネットワーク",
    "👩\u{200D}🚀", "🇩🇪", "한국어", "\u{1112}\u{1161}\u{11AB}", "'=1+1", "=1+1", "say \"hi\"", "back\\slash", "",
  ]
}
