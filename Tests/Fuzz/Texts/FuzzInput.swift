/// Bytes that a fuzzer made up, read from the front as whatever is wanted. When they are used up, zeros follow.
package struct FuzzInput {
  private var rest: ArraySlice<UInt8>

  package init(_ bytes: [UInt8]) {
    rest = bytes[...]
  }

  package var isEmpty: Bool { rest.isEmpty }

  /// Everything that is left.
  package var remainder: [UInt8] { Array(rest) }

  package mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  package mutating func number(below bound: Int) -> Int { bound > 0 ? Int(byte()) % bound : 0 }

  package mutating func one<Element>(of choices: [Element]) -> Element? {
    choices.isEmpty ? nil : choices[number(below: choices.count)]
  }

  /// What stands before a byte, which is taken too.
  package mutating func text(until end: UInt8) -> String {
    let text = rest.prefix { $0 != end }
    rest = rest.dropFirst(text.count + 1)
    return String(decoding: text, as: UTF8.self)
  }
}

/// A promise is broken. The end of the process is how a fuzzer learns of it.
package func broken(_ promise: String) -> Never { fatalError(promise) }

package func promise(_ holds: Bool, _ otherwise: @autoclosure () -> String) {
  if !holds { broken(otherwise()) }
}
