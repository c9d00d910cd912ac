import Dispatch
import Glibc
import Testing

@testable import NetsyncCLI

struct StandardStreamTests {
  @Test(arguments: [false, true])
  func `all of a long text arrives however little the pipe takes at once`(isNonBlocking: Bool) throws {
    let pipe = try Pipe()
    if isNonBlocking { #expect(fcntl(pipe.writing, F_SETFL, O_NONBLOCK) == 0) }
    let text = String(repeating: "0123456789abcdef\n", count: 100_000)
    // On a thread of its own: a task that waits for its reader would take the thread that the reader needs.
    DispatchQueue(label: "writer").async {
      let stream = StandardStream(descriptor: pipe.writing, capacity: 0)
      #expect(throws: Never.self) { try stream.write(text) }
      pipe.closeWriting()
    }
    #expect(pipe.readAll() == Array(text.utf8))
    pipe.closeReading()
  }

  @Test func `text is kept back until it is flushed and comes once`() throws {
    let pipe = try Pipe()
    let stream = StandardStream(descriptor: pipe.writing, capacity: 8)
    try stream.write("12345678")
    #expect(pipe.waiting == 0)
    try stream.write("9")
    #expect(pipe.waiting == 9)
    try stream.write("ab")
    try stream.flush()
    try stream.flush()
    pipe.closeWriting()
    #expect(pipe.readAll() == Array("123456789ab".utf8))
    pipe.closeReading()
  }

  @Test func `a reader that is gone is a broken pipe and not the end of the process`() throws {
    let pipe = try Pipe()
    pipe.closeReading()
    let stream = StandardStream(descriptor: pipe.writing, capacity: 64)
    try stream.write("lost")
    #expect(throws: StreamFailure.brokenPipe) { try stream.flush() }
    #expect(throws: Never.self) { try stream.flush() }
    pipe.closeWriting()
  }

  @Test func `a full disk is told by its number`() throws {
    let full = unsafe open("/dev/full", O_WRONLY | O_CLOEXEC)
    try #require(full >= 0)
    let stream = StandardStream(descriptor: full, capacity: 0)
    #expect(throws: StreamFailure.refused(errno: ENOSPC)) { try stream.write("lost") }
    close(full)
  }

  @Test func `a pipe is no terminal and has no width`() throws {
    let pipe = try Pipe()
    let stream = StandardStream(descriptor: pipe.writing, capacity: 0)
    #expect(!stream.isTerminal)
    #expect(stream.destination(color: .auto, environment: ["COLUMNS": "40"]) == .file)
    #expect(stream.destination(color: .always, environment: [:]).style.isColored)
    pipe.closeWriting()
    pipe.closeReading()
  }

  @Test(
    arguments: [
      ([:], 80), (["COLUMNS": "132"], 132), (["COLUMNS": "0"], 80), (["COLUMNS": "-1"], 80), (["COLUMNS": "x"], 80),
    ] as [([String: String], Int)]
  )
  func `the environment tells the width where the terminal does not`(
    environment: [String: String],
    width: Int
  ) throws {
    let pipe = try Pipe()
    let stream = StandardStream(descriptor: pipe.writing, capacity: 0)
    #expect(stream.terminalWidth(environment: environment) == width)
    pipe.closeWriting()
    pipe.closeReading()
  }

  @Test(.enabled(if: unsafe access("/dev/ptmx", R_OK | W_OK) == 0))
  func `a terminal tells its width itself`() throws {
    let terminal = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(terminal >= 0)
    var size = winsize(ws_row: 24, ws_col: 97, ws_xpixel: 0, ws_ypixel: 0)
    #expect(unsafe ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0)
    let destination = StandardStream(descriptor: terminal, capacity: 0)
      .destination(color: .auto, environment: ["COLUMNS": "40", "TERM": "xterm"])
    #expect(destination == Destination(isTerminal: true, width: 97, style: Style(isColored: true)))
    close(terminal)
  }
}

/// A pipe of the system, with both of its ends here.
private struct Pipe: Sendable {
  let reading: Int32
  let writing: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    try #require(unsafe pipe(&ends) == 0)
    (reading, writing) = (ends[0], ends[1])
  }

  /// The bytes that were written and not yet read.
  var waiting: Int32 {
    var count: Int32 = 0
    _ = unsafe ioctl(reading, UInt(FIONREAD), &count)
    return count
  }

  func readAll() -> [UInt8] {
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe read(reading, &chunk, chunk.count)
      guard count > 0 else { return all }
      all += chunk[..<count]
    }
  }

  func closeReading() { close(reading) }

  func closeWriting() { close(writing) }
}
