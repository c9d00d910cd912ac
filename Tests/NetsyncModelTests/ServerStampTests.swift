import NetsyncModel
import Testing

/// "Changed" looks at the server's own text, "newer" at the instant in it (R3).
struct ServerStampTests {
  @Test(
    arguments: [
      ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"),
      ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"),
      ("2026-01-02T03:04:05Z", "2026-01-02t03:04:05z"),
    ]
  )
  func `one instant spelled in two ways is a change, but neither is newer`(_ one: String, _ other: String) {
    let one = ServerStamp(one)
    let other = ServerStamp(other)
    #expect(one != other)
    #expect(Set([one, other]).count == 2)
    #expect(one.instant != nil)
    #expect(one.instant == other.instant)
  }

  @Test func `the same bytes are the same stamp`() {
    #expect(ServerStamp("2026-01-02T03:04:05Z") == ServerStamp("2026-01-02T03:04:05Z"))
    #expect(Set([ServerStamp("yesterday"), ServerStamp("yesterday")]).count == 1)
  }

  @Test func `a stamp that cannot be ordered is kept as it was sent`() {
    let composed = ServerStamp("fév\u{E9}rier")
    let decomposed = ServerStamp("féve\u{301}rier")
    #expect(composed.instant == nil)
    #expect(composed.raw == "fév\u{E9}rier")
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
  }
}
