import NetsyncModel
import NetsyncReconcile
import Testing

@Suite struct PlanImportTests {
  private static let lab = network(1, "lab")
  private static let dmz = network(2, "dmz")
  private static let nameless = network(3, nil)

  private static func network(_ key: Int64, _ name: String?) -> Network {
    Network(
      key: NetworkKey(rawValue: key),
      id: NetworkID("00000000-0000-4000-8000-00000000000\(key)"),
      localID: nil,
      name: name.map { NetworkName($0) },
      state: .synced,
      createdAt: nil,
      updatedAt: nil,
      recordType: nil,
      interfaces: nil,
      asOf: nil
    )
  }

  struct Case: Sendable {
    var row: (id: Network?, local: Network?, name: String?, action: String?)
    var byName: [Network] = []
    var decision: ImportDecision
  }

  // swift-format-ignore
  @Test(arguments: [
    Case(row: (lab, nil, "lab", nil), decision: .nothing(lab)),
    Case(row: (lab, lab, "lab", nil), decision: .nothing(lab)),
    Case(row: (lab, nil, "lab-eu", nil), decision: .edit(lab, .rename(to: NetworkName("lab-eu")))),
    Case(row: (nil, lab, "lab-eu", nil), decision: .edit(lab, .rename(to: NetworkName("lab-eu")))),
    Case(row: (lab, nil, nil, nil), decision: .fault(.name, .missing)),
    Case(row: (nameless, nil, nil, nil), decision: .nothing(nameless)),
    Case(row: (nameless, nil, nil, "rename"), decision: .fault(.name, .missing)),
    Case(row: (nil, nil, "lab", nil), decision: .create(NetworkName("lab"))),
    Case(row: (nil, nil, "lab", nil), byName: [lab], decision: .nothing(lab)),
    Case(row: (nil, nil, nil, nil), decision: .fault(.name, .missing)),
    Case(row: (nil, nil, " ", nil), decision: .fault(.name, .badName(.blank))),
    Case(row: (nil, nil, "a\0", "create"), decision: .fault(.name, .badName(.holdsNUL))),
    Case(row: (nil, nil, "lab", "create"), byName: [lab], decision: .create(NetworkName("lab"))),
    Case(row: (lab, nil, "lab", "create"), decision: .fault(.id, .notNew)),
    Case(row: (nil, lab, "lab", "create"), decision: .fault(.localID, .notNew)),
    Case(row: (lab, nil, "lab-eu", "Rename"), decision: .edit(lab, .rename(to: NetworkName("lab-eu")))),
    Case(row: (lab, nil, "lab", "rename"), decision: .nothing(lab)),
    Case(row: (lab, nil, "", nil), decision: .fault(.name, .badName(.blank))),
    Case(row: (nil, nil, "lab-eu", "rename"), decision: .fault(.id, .missing)),
    Case(row: (lab, nil, nil, "delete"), decision: .edit(lab, .delete)),
    Case(row: (lab, nil, "other", "delete"), decision: .edit(lab, .delete)),
    Case(row: (nil, nil, "lab", "delete"), byName: [lab], decision: .edit(lab, .delete)),
    Case(row: (nil, nil, "lab", "delete"), decision: .fault(.name, .unknownNetwork)),
    Case(row: (nil, nil, "lab", "delete"), byName: [lab, dmz], decision: .fault(.name, .ambiguous(2))),
    Case(row: (nil, nil, nil, "delete"), decision: .fault(.name, .missing)),
    Case(row: (lab, dmz, "lab", nil), decision: .fault(.localID, .idsDisagree)),
    Case(row: (lab, nil, "lab", "drop"), decision: .fault(.action, .unknownAction("drop"))),
  ])
  func `each row by itself`(_ asked: Case) {
    let row = ImportRow(
      2,
      id: asked.row.id?.id?.text,
      localID: asked.row.local?.id?.text,
      name: asked.row.name,
      action: asked.row.action
    )
    let sight = ImportSight(byID: asked.row.id, byLocalID: asked.row.local, byName: asked.byName)
    #expect(planImport(row, sight) == asked.decision)
  }

  @Test func `an id that nothing has is a fault of its column`() {
    #expect(planImport(ImportRow(2, id: "x", name: "lab"), ImportSight()) == .fault(.id, .unknownNetwork))
    #expect(planImport(ImportRow(2, localID: "x", name: "lab"), ImportSight()) == .fault(.localID, .unknownNetwork))
  }

  @Test func `another normal form is another name`() {
    let row = ImportRow(2, id: "x", name: "e\u{301}")
    let sight = ImportSight(byID: Self.network(4, "\u{E9}"))
    #expect(planImport(row, sight) == .edit(Self.network(4, "\u{E9}"), .rename(to: NetworkName("e\u{301}"))))
  }
}
