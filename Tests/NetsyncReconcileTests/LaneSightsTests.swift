import NetsyncModel
import NetsyncReconcile
import Testing

/// What is seen of a network whose name was never told by the server: an answer left it out, or a person said which network a create
/// became (R8).
struct LaneSightsTests {
  @Test(
    arguments: [
      // The stamp of the base, what is seen, and whether it is somebody's change.
      (0, "Net 5", 0, false), (0, "Net 5", 60, true), (0, "other", 0, true), (nil, "Net 5", 60, false),
      (nil, "other", 60, true),
    ] as [(Int64?, String, Int64, Bool)]
  )
  func `what a server made of our name is nobody's change where nothing tells of one`(
    _ base: Int64?,
    _ seen: String,
    _ stamp: Int64,
    isConflict: Bool
  ) throws {
    let asked = try NetworkDocument.sample(name: "  Net 5 ", updatedAt: base.map { .at($0) })
    var rename = OutboxOperation.sample(1, of: 1)
    rename.base = EditBase(name: asked.name, updatedAt: asked.updatedAt)
    var lane = Lane(network: NetworkKey(rawValue: 1), base: asked, operations: [rename])
    let sight = RemoteSight.read(try .sample(name: seen, updatedAt: .at(stamp)))
    let context = SightContext(policy: .hold, clock: .exact)
    let outcome = lane.read(sight, context, contests: 0, Evidence()).told
    #expect(outcome.edit == (isConflict ? .conflict(.bothChanged) : .goesOn))
  }
}
