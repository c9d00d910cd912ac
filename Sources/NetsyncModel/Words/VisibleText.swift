extension String {
  /// The text with what cannot be seen written out, on one line.
  ///
  /// The names of networks come from outside. Raw, they could move a cursor, or make one name look like another.
  ///
  /// | from outside | shown |
  /// |---|---|
  /// | `prod` | `prod` |
  /// | a newline, a tab, a carriage return | `\n` `\t` `\r` |
  /// | any other control: C0, DEL, C1 | `\u{1B}` |
  /// | bidirectional controls, zero-width and other invisible characters, tags, variation selectors | `\u{202E}` |
  /// | line and paragraph separators, unassigned code points | `\u{2028}` |
  /// | a combining mark that has nothing to combine with | `\u{301}` |
  ///
  /// A backslash stays single. This text is for the eye; JSON and TSV are there for what must be read back.
  package var madeVisible: String {
    if utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return self }
    var visible = UnicodeScalarView()
    for (offset, scalar) in unicodeScalars.enumerated() {
      let isLoneMark = offset == 0 && scalar.properties.generalCategory.isMark
      if isLoneMark || scalar.isInvisible {
        visible.append(contentsOf: scalar.writtenOut.unicodeScalars)
      } else {
        visible.append(scalar)
      }
    }
    return String(visible)
  }
}

extension Unicode.Scalar {
  /// Whether it is a control, or something that is there and cannot be seen.
  ///
  /// The sources are the Unicode properties General_Category (Cc, Cf, Zl, Zp, Cn) and Default_Ignorable_Code_Point.
  /// They take in every bidirectional control and every zero-width character. The selectors and joiners inside some
  /// emoji fall under this too: with them the width of the text would differ from terminal to terminal.
  package var isInvisible: Bool {
    if (0x20...0x7E).contains(value) { return false }
    return switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: true
    default: properties.isDefaultIgnorableCodePoint
    }
  }

  fileprivate var writtenOut: String {
    switch self {
    case "\n": "\\n"
    case "\t": "\\t"
    case "\r": "\\r"
    default: "\\u{" + String(value, radix: 16, uppercase: true) + "}"
    }
  }
}

extension Unicode.GeneralCategory {
  fileprivate var isMark: Bool {
    self == .nonspacingMark || self == .enclosingMark || self == .spacingMark
  }
}
