#if canImport(Musl)
  import Musl
#else
  import Glibc
#endif
import Synchronization

/// Why text did not get out.
enum StreamFailure: Error, Hashable {
  /// The reader is gone, as in `netsync networks list | head -1`. No reason to complain: whoever read has read enough.
  case brokenPipe
  /// The system refused, with this value of `errno`: a full disk, say.
  case refused(errno: Int32)

  /// The system's own words.
  var words: String {
    switch self {
    case .brokenPipe: "the reader is gone"
    case .refused(let code): unsafe String(cString: strerror(code))
    }
  }
}

/// Writes text to stdout or stderr: all of it, or it throws. The only input and output of the output layer.
///
/// Two tasks may write at the same time; what one call wrote stays together. Nothing is written on its own when the
/// program ends: call ``flush()`` before, and after each line that somebody may act upon.
final class StandardStream: Sendable {
  /// The answer: kept back until 64 KiB have come together, or until it is flushed.
  static let output = StandardStream(descriptor: STDOUT_FILENO, capacity: 65_536)
  /// All the rest: written at once.
  static let error = StandardStream(descriptor: STDERR_FILENO, capacity: 0)

  private let descriptor: Int32
  private let capacity: Int
  private let buffer = Mutex<[UInt8]>([])

  /// A stream to an open file.
  ///
  /// - Parameters:
  ///   - descriptor: The number of the file. It stays open and with its owner.
  ///   - capacity: How many bytes to keep back, at most, for fewer and larger writes.
  init(descriptor: Int32, capacity: Int) {
    self.descriptor = descriptor
    self.capacity = capacity
    // Else the first write after the reader has gone would kill the process, in the middle of whatever it is doing.
    _ = Self.isPipeSignalIgnored
  }

  /// Adds text. It is out when the buffer is full, or after ``flush()``.
  func write(_ text: String) throws(StreamFailure) {
    try buffer.withLock { bytes throws(StreamFailure) in
      bytes.append(contentsOf: text.utf8)
      if bytes.count > capacity { try drain(&bytes) }
    }
  }

  /// Hands over to the system all that was kept back.
  func flush() throws(StreamFailure) {
    try buffer.withLock { bytes throws(StreamFailure) in try drain(&bytes) }
  }

  /// Whether a terminal is at the other end.
  var isTerminal: Bool {
    isatty(descriptor) == 1
  }

  /// Whether what is on the terminal can be taken back and painted anew.
  func canRepaint(environment: [String: String]) -> Bool { isTerminal && environment["TERM"] != "dumb" }

  /// The columns of the terminal: what it says itself, else `COLUMNS`, else 80.
  func terminalWidth(environment: [String: String]) -> Int {
    var size = winsize()
    if unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    if let columns = environment["COLUMNS"].flatMap(Int.init), columns > 0 { return columns }
    return 80
  }

  /// What the looks of an answer on this stream depend on. Only a terminal has a width: a file has room for all.
  func destination(color: ColorChoice, environment: [String: String]) -> Destination {
    let isTerminal = isTerminal
    return Destination(
      isTerminal: isTerminal,
      width: isTerminal ? terminalWidth(environment: environment) : nil,
      style: Style(color: color, isTerminal: isTerminal, environment: environment)
    )
  }

  /// Empties the buffer, whatever happens: after a failure a second try could only repeat what is out already.
  private func drain(_ bytes: inout [UInt8]) throws(StreamFailure) {
    defer { bytes.removeAll(keepingCapacity: true) }
    var start = 0
    while start < bytes.count {
      switch writeOnce(bytes[start...], to: descriptor) {
      case .wrote(let count): start += count
      case .failed(EINTR): continue
      // Somebody else who shares the terminal may have made it non-blocking.
      case .failed(EAGAIN): waitUntilWritable(descriptor)
      case .failed(EPIPE): throw .brokenPipe
      case .failed(let code): throw .refused(errno: code)
      }
    }
  }

  private static let isPipeSignalIgnored: Bool = {
    signal(SIGPIPE, SIG_IGN)
    return true
  }()
}

private enum WriteOutcome {
  case wrote(Int)
  case failed(Int32)
}

/// One write(2), which may take fewer bytes than it was given.
private func writeOnce(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> WriteOutcome {
  let count = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
  if count > 0 { return .wrote(count) }
  // No bytes and no error cannot happen with bytes to write; taken as progress it would go on for ever.
  return .failed(count == 0 ? EIO : errno)
}

private func waitUntilWritable(_ descriptor: Int32) {
  var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
  _ = unsafe poll(&request, 1, -1)
}
