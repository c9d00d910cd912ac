extension JournalChange {
  /// What happened, in words for people.
  package var sentence: String {
    evidence.undoes.map { "\(event) (undoes change \($0))" } ?? event
  }

  private var event: String {
    switch kind {
    case .created: side == .local ? "\(subject) created \(words(after)) here" : "\(words(after)) appeared there"
    case .renamed:
      side == .local
        ? "\(subject) renamed \(words(before)) -> \(words(after)) here"
        : "renamed there: \(words(before)) -> \(words(after))"
    case .deleted:
      side == .local ? "\(subject) deleted \(words(before)) here" : "removed here: \(words(before)) is gone there"
    case .changed: "changed there, in something else than the name \(words(after))"
    case .wentBack: "the server went back: \(words(before)) -> \(words(after))"
    case .setAside: setAside
    case .lost: evidence.detail ?? "steps that were on disk are not in the file"
    case .sent: "\(subject) was taken by the server"
    case .adopted:
      evidence.request == nil
        ? "\(subject) became \(words(after)), as a person said" : "\(subject) was found there, and adopted"
    case .satisfied: "\(subject) wanted what is so there already"
    case .refused: "\(subject) was refused for good"
    case .superseded: "\(subject) (\(wanted)) gave way to a later edit"
    case .discarded: "\(subject) (\(wanted)) was taken back"
    case .conflict: "\(subject): mine is \(wanted), theirs \(theirs); a person decides"
    case .resolved: "\(subject) stands against theirs, as a person said"
    case .prevailed:
      "\(subject) stands: mine is \(words(after, "a deletion")), theirs was \(words(before, "a deletion"))"
    case .yielded: "theirs (\(words(after))) stands against \(subject) (\(wanted))"
    }
  }

  private var setAside: String {
    let place = "record \(evidence.position ?? 0) on page \(evidence.page ?? 0)"
    let fault = evidence.fault.flatMap(RecordFault.init)?.words ?? "it cannot be understood"
    return "set aside: \(place) of a listing, for \(fault)"
  }

  private var subject: String { edit.map { "edit \($0)" } ?? "an edit" }
  /// Of an outcome, `before` is what the edit wanted.
  private var wanted: String { words(before, "a deletion") }
  private var theirs: String { words(after, "a deletion") }

  private func words(_ name: NetworkName?, _ none: String = "a network without a name") -> String {
    name?.text ?? none
  }
}

extension Misunderstanding {
  /// `a redirect (301); …`.
  package var words: String {
    switch self {
    case .redirect(let status): "a redirect (\(status)); redirects are never followed, the key must not travel"
    case .status(let status): "a status that the API does not document (\(status))"
    case .foreign(let status): "a \(status) that is not the API's own"
    case .malformed(let reason): reason
    case .wrongType(let path): "\(path) is missing or of the wrong type"
    case .otherRecord(let asked, let answered): "asked for \(asked), answered \(answered ?? "nothing")"
    case .otherPage(let asked, let answered): "asked for page \(asked), answered page \(answered)"
    case .implausible(let reason): reason
    case .tooLarge(let limit): "a body over the limit of \(limit) bytes"
    case .notCompressedAsTold: "a body that does not decompress as its content-encoding says"
    case .decompressionBomb(let ratio): "a body that decompresses to more than \(ratio) times its size"
    case .headersTooLarge: "more header fields, or longer ones, than are taken"
    case .tooManyPages(let limit): "more than \(limit) pages"
    }
  }
}

extension RecordFault {
  /// `it has no id`.
  package var words: String {
    switch self {
    case .noObject: "it is no object"
    case .noID: "it has no id"
    case .idNoUUID: "its id is no UUID"
    }
  }
}

extension SetAsideRecord {
  /// `page 2, record 17: it has no id`.
  package var words: String {
    let place = "page \(page), record \(position): \(fault.words)"
    return network.map { "interfaces of \($0), \(place)" } ?? place
  }
}

extension OutboxOperation {
  /// `rename lab -> lab-eu`.
  package var sentence: String {
    switch intent {
    case .create(let name): "create \(name)"
    case .rename(let name): "rename \(base?.name?.text ?? "?") -> \(name)"
    case .delete: "delete \(base?.name?.text ?? id?.text ?? "?")"
    }
  }
}
