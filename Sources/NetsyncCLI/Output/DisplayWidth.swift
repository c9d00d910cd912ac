/// How many columns of a terminal a character takes.
///
/// It is computed here and not asked of wcwidth(3): that answers by the locale of the process, which is "C" and knows
/// ASCII only until somebody changes it for every thread.
enum DisplayWidth {
  /// The columns of one scalar that can be seen.
  ///
  /// | scalar | columns |
  /// |---|---|
  /// | nonspacing and enclosing marks; vowels and finals of a Hangul syllable | 0 |
  /// | East Asian wide and fullwidth; emoji | 2 |
  /// | everything else | 1 |
  ///
  /// The source is EastAsianWidth.txt of Unicode 16 (UAX #11).
  static func columns(of scalar: Unicode.Scalar) -> Int {
    // Nothing below has a width other than one; most names never get further than this.
    if scalar.value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    if hangulParts.contains(where: { $0.contains(scalar.value) }) { return 0 }
    if wide.contains(where: { $0.contains(scalar.value) }) { return 2 }
    // Two regional indicators make one flag: a column for each.
    let isFlagPart = regionalIndicators.contains(scalar.value)
    return scalar.properties.isEmojiPresentation && !isFlagPart ? 2 : 1
  }

  /// The columns of one character as people see it. Joined emoji count as the sum of their parts, since not every
  /// terminal joins them.
  static func columns(of character: Character) -> Int {
    character.unicodeScalars.reduce(0) { $0 + columns(of: $1) }
  }

  private static let hangulParts: [ClosedRange<UInt32>] = [0x1160...0x11FF, 0xD7B0...0xD7FF]

  private static let regionalIndicators: ClosedRange<UInt32> = 0x1F1E6...0x1F1FF

  /// What is wide without being an emoji. Unassigned code points in between do not matter: they are never shown.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F,  // Hangul initials
    0x2329...0x232A,  // angle brackets
    0x2630...0x2637,  // trigrams
    0x268A...0x268F,  // monograms, digrams
    0x2E80...0x303E,  // CJK radicals, punctuation
    0x3041...0xA4CF,  // kana, Bopomofo, CJK, Yi
    0xA960...0xA97F,  // Hangul initials, old
    0xAC00...0xD7A3,  // Hangul syllables
    0xF900...0xFAFF,  // CJK compatibility ideographs
    0xFE10...0xFE19,  // vertical forms
    0xFE30...0xFE6F,  // CJK compatibility forms, small forms
    0xFF01...0xFF60,  // fullwidth forms
    0xFFE0...0xFFE6,  // fullwidth signs
    0x16FE0...0x18DFF,  // Tangut, Khitan
    0x1AFF0...0x1B2FF,  // kana, Nushu
    0x1D300...0x1D376,  // Tai Xuan Jing, counting rods
    0x1F200...0x1F2FF,  // enclosed ideographs
    0x20000...0x3FFFD,  // CJK, the further planes
  ]
}
