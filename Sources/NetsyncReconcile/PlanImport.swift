package import NetsyncModel

/// One row of a table of edits, as somebody wrote it. An empty cell is nil.
package struct ImportRow: Hashable, Sendable {
  package enum Column: String, CaseIterable, Sendable {
    case id
    case localID = "local_id"
    case name, action
  }

  package enum Action: String, CaseIterable, Sendable {
    case create, rename, delete
  }

  /// Where it stands in the table, as a spreadsheet counts: the header is row 1.
  package var number: Int
  package var id: String?
  package var localID: String?
  package var name: String?
  package var action: String?

  package init(
    _ number: Int,
    id: String? = nil,
    localID: String? = nil,
    name: String? = nil,
    action: String? = nil
  ) {
    (self.number, self.id, self.localID, self.name, self.action) = (number, id, localID, name, action)
  }
}

/// What the replica has of the networks that a row may mean.
package struct ImportSight: Hashable, Sendable {
  /// By the row's id; nil where the row has none, or nothing has it.
  package var byID: Network?
  /// The same by its local id.
  package var byLocalID: Network?
  /// By its name, byte for byte.
  package var byName: [Network]

  package init(byID: Network? = nil, byLocalID: Network? = nil, byName: [Network] = []) {
    (self.byID, self.byLocalID, self.byName) = (byID, byLocalID, byName)
  }
}

/// What becomes of a row.
package enum ImportDecision: Hashable, Sendable {
  case create(NetworkName)
  case edit(Network, Intent)
  /// It is so already.
  case nothing(Network)
  case fault(ImportRow.Column, ImportFault)
}

/// Why a row cannot be carried out. One is enough, and nothing of the table is.
package enum ImportFault: Error, Hashable, Sendable {
  case missing
  case badName(NameRefused)
  case unknownAction(String)
  case unknownNetwork
  /// So many networks have the name.
  case ambiguous(Int)
  /// The two ids are two networks'.
  case idsDisagree
  /// What has an id cannot be made.
  case notNew
  case deletionWaits(EditNumber)
  /// An earlier row is about the same network.
  case twice(row: Int)
}

/// Decides what a row of a table asks for. A table that was exported asks for nothing; one that is carried out twice asks for nothing the
/// second time, unless it says `create` or names what it has deleted.
///
/// | action | an id of | name     | decision                                    |
/// |--------|----------|----------|---------------------------------------------|
/// | –      | lab      | lab      | nothing                                     |
/// | –      | lab      | lab-eu   | rename                                      |
/// | –      | lab      | –        | fault: a name is missing; nothing where it has none |
/// | –      | –        | lab      | nothing where there is a lab, else create   |
/// | create | –        | lab      | create                                      |
/// | create | lab      | lab      | fault: it is there already                  |
/// | rename | lab      | lab-eu   | rename                                      |
/// | rename | –        | lab-eu   | fault: nobody knows what is to be renamed   |
/// | delete | lab      | whatever | delete                                      |
/// | delete | –        | lab      | delete where there is one lab               |
package func planImport(_ row: ImportRow, _ sight: ImportSight) -> ImportDecision {
  if row.id != nil && sight.byID == nil { return .fault(.id, .unknownNetwork) }
  if row.localID != nil && sight.byLocalID == nil { return .fault(.localID, .unknownNetwork) }
  if let one = sight.byID, let other = sight.byLocalID, one.key != other.key { return .fault(.localID, .idsDisagree) }
  let named = sight.byID ?? sight.byLocalID
  let action: ImportRow.Action?
  if let text = row.action {
    guard let known = ImportRow.Action(rawValue: text.lowercased()) else {
      return .fault(.action, .unknownAction(text))
    }
    action = known
  } else {
    action = nil
  }
  switch (action, named) {
  case (.delete, let network?): return .edit(network, .delete)
  case (.delete, nil):
    guard row.name != nil else { return .fault(.name, .missing) }
    guard let network = sight.byName.first else { return .fault(.name, .unknownNetwork) }
    return sight.byName.count > 1 ? .fault(.name, .ambiguous(sight.byName.count)) : .edit(network, .delete)
  case (.create, .some): return .fault(row.id == nil ? .localID : .id, .notNew)
  case (.rename, nil): return .fault(.id, .missing)
  case (nil, nil):
    if let network = sight.byName.first { return .nothing(network) }
    return naming(row) { .create($0) }
  case (.create, nil): return naming(row) { .create($0) }
  case (.rename, let network?), (nil, let network?):
    // By its bytes, and also where that is a name that nobody could give.
    let name = row.name.map { NetworkName($0) }
    if name == network.name, action == nil || name != nil { return .nothing(network) }
    return naming(row) { .edit(network, .rename(to: $0)) }
  }
}

private func naming(_ row: ImportRow, _ decision: (NetworkName) -> ImportDecision) -> ImportDecision {
  guard let text = row.name else { return .fault(.name, .missing) }
  do { return decision(try NetworkName(edited: text)) } catch { return .fault(.name, .badName(error)) }
}
