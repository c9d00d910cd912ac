/// Finds the names that somebody may have meant.
enum NearNames {
  /// The names that are nearest to a word, best first, at most three. Case is ignored; a name that comes twice counts
  /// once. The order depends on the names alone, not on the order in which they come.
  ///
  /// | rank | example for `lab` |
  /// |---|---|
  /// | the same but for case | `LAB` |
  /// | begins with the word, shorter ones first | `lab-eu` |
  /// | a typing mistake away, fewer mistakes first | `lba` |
  /// | holds the word, of two letters or more | `my-lab` |
  ///
  /// A mistake is a letter too much, missing, wrong, or swapped with its neighbour. A word may have one, and one more
  /// for every three letters above three, but no more than three.
  static func nearest(to word: String, among names: some Sequence<String>, limit: Int = 3) -> [String] {
    let wanted = Array(word.lowercased())
    guard !wanted.isEmpty else { return [] }
    var best: [Match] = []
    for name in names {
      guard let match = Match(name, to: wanted), !best.contains(match) else { continue }
      // Kept short all the time: there may be a million names.
      let place = best.firstIndex { match < $0 } ?? best.endIndex
      best.insert(match, at: place)
      if best.count > limit { best.removeLast() }
    }
    return best.map(\.name)
  }
}

/// A name that is near, and how near.
private struct Match: Comparable {
  let name: String
  private let rank: Int
  private let distance: Int

  init?(_ name: String, to wanted: [Character]) {
    let letters = Array(name.lowercased())
    self.name = name
    if letters == wanted {
      (rank, distance) = (0, 0)
    } else if letters.starts(with: wanted) {
      (rank, distance) = (1, letters.count)
    } else if let mistakes = mistakes(from: wanted, to: letters, limit: min(3, max(1, wanted.count / 3))) {
      (rank, distance) = (2, mistakes)
    } else if wanted.count > 1, letters.contains(wanted) {
      (rank, distance) = (3, letters.count)
    } else {
      return nil
    }
  }

  static func < (left: Match, right: Match) -> Bool {
    (left.rank, left.distance, left.name) < (right.rank, right.distance, right.name)
  }
}

/// The number of typing mistakes between two words, or nil where there are more than the limit.
///
/// This is the Damerau–Levenshtein distance in its restricted form (optimal string alignment): no letter is changed
/// twice.
private func mistakes(from wanted: [Character], to letters: [Character], limit: Int) -> Int? {
  guard abs(wanted.count - letters.count) <= limit else { return nil }
  var beforeLast: [Int] = []
  var last = Array(0...letters.count)
  for row in 1...wanted.count {
    var current = [row]
    for column in letters.indices.map({ $0 + 1 }) {
      let isSame = wanted[row - 1] == letters[column - 1]
      var fewest = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
      if row > 1, column > 1, wanted[row - 1] == letters[column - 2], wanted[row - 2] == letters[column - 1] {
        fewest = min(fewest, beforeLast[column - 2] + 1)
      }
      current.append(fewest)
    }
    if current.allSatisfy({ $0 > limit }) { return nil }
    (beforeLast, last) = (last, current)
  }
  return last[letters.count] <= limit ? last[letters.count] : nil
}
