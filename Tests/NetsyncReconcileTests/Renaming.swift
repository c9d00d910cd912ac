import NetsyncModel
import NetsyncReconcile

// Every name changed for another, one to one: a rule that looks at names only to compare them cannot tell.

extension NetworkName {
  fileprivate var renamed: NetworkName { NetworkName(String(text.reversed())) }
}

extension NetworkDocument {
  fileprivate var renamed: NetworkDocument {
    var document = self
    document.name = name?.renamed
    return document
  }
}

extension StandingIntent {
  fileprivate var renamed: StandingIntent {
    switch self {
    case .none: .none
    case .rename(let name, let baseName, let editedAt):
      .rename(to: name.renamed, baseName: baseName?.renamed, editedAt: editedAt)
    case .delete(let baseName, let editedAt): .delete(baseName: baseName?.renamed, editedAt: editedAt)
    }
  }
}

extension RemoteSight {
  fileprivate var renamed: RemoteSight {
    switch self {
    case .listed(let document): .listed(document.renamed)
    case .read(let document): .read(document.renamed)
    case .gone: .gone
    }
  }
}

extension NetworkDecision {
  var renamed: NetworkDecision {
    guard case .accept(let document, let change) = base else { return self }
    return NetworkDecision(base: .accept(document.renamed, change), edit: edit)
  }
}

extension ReconcileCell {
  var renamed: ReconcileCell {
    var cell = self
    cell.standing.base = standing.base?.renamed
    cell.standing.intent = standing.intent.renamed
    cell.sight = sight.renamed
    return cell
  }
}
