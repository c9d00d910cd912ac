#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A line that is typed and not shown.
enum HiddenLine {
  private static let most = 8_192

  /// Asks on the terminal. While it waits the terminal sends signals as characters, so that whatever ends it, it echoes again.
  static func ask(_ question: String) throws -> String {
    var before = termios()
    guard unsafe tcgetattr(STDIN_FILENO, &before) == 0 else {
      throw UserMessage.needsAnswer("the key has to be given", flag: "the key on stdin")
    }
    var hidden = before
    hidden.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
    unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
    defer {
      unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
      try? StandardStream.error.write("\n")
    }
    try StandardStream.error.write(question)
    var line: [UInt8] = []
    while line.count < most {
      var byte: UInt8 = 0
      let count = unsafe read(STDIN_FILENO, &byte, 1)
      if count < 0 && errno == EINTR { continue }
      guard count == 1 else { break }
      switch byte {
      case 0x0A, 0x0D, 0x04: return String(decoding: line, as: UTF8.self)
      case 0x03, 0x1C: throw ExitStatus.interrupted
      case 0x7F, 0x08: _ = line.popLast()
      case 0x15: line = []
      default: line.append(byte)
      }
    }
    return String(decoding: line, as: UTF8.self)
  }
}
