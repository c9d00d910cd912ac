import NetsyncCLI
import NetsyncFuzzTexts

/// Arguments, each ended by a NUL. What cannot be parsed is refused in four lines without a raw control character.
func fuzzArguments(_ bytes: [UInt8]) {
  var input = FuzzInput(bytes)
  var arguments: [String] = []
  while !input.isEmpty, arguments.count < 16 { arguments.append(input.text(until: 0)) }
  guard let lines = NetsyncCommand.refusal(of: arguments) else { return }
  promise(lines.count == 4, "\(lines.count) lines")
  for line in lines {
    promise(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }, "a control character in \(line)")
  }
}
