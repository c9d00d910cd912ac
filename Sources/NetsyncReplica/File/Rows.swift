import FoundationEssentials
import GRDB
import NetsyncModel

/// How rows become values. What a CHECK of the schema promises is decoded with `decoding`, which names the row that broke it.
struct UndecodableRow: Error, CustomStringConvertible {
  let description: String
}

/// A value that the schema promises to be there.
func required<Value>(_ value: Value?, _ what: String) throws -> Value {
  guard let value else { throw UndecodableRow(description: "a row of the replica has no usable \(what)") }
  return value
}

extension Timestamp {
  init?(_ microseconds: Int64?) {
    guard let microseconds else { return nil }
    self.init(microseconds: microseconds)
  }
}

extension NetworkID {
  /// From a row with a network's `remote_id`; nil until the server has named it.
  init?(_ row: Row) throws {
    guard let text = try row.value("remote_id") as String? else { return nil }
    self.init(text)
  }
}

extension LocalID {
  /// From a row with a network's `local_id`; nil for one that was not made here.
  init?(_ row: Row) throws {
    guard let text = try row.value("local_id") as String? else { return nil }
    self.init(text)
  }
}

extension NetworkDocument {
  /// The base columns of `network`, in the order of ``bind(_:)``.
  private static let columns = [
    "remote_id", "name", "created_at", "updated_at", "updated_at_us", "record_type", "unknown_fields",
  ]

  /// Takes a document as a network's base: ``bind(_:)``, then the network's key.
  static let update = """
    UPDATE network SET \(columns.map { "\($0) = ?" }.joined(separator: ", ")), gone_at_us = NULL, gone_cause = NULL
    WHERE network_key = ?
    """

  /// Puts in a network that a listing showed: ``bind(_:)``.
  static let insert = """
    INSERT INTO network (\(columns.joined(separator: ", "))) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
    """

  /// The values of the base columns.
  func bind(_ values: inout Statement.Binding) {
    values.add(id.text)
    values.add(name?.text)
    values.add(createdAt?.raw)
    values.add(updatedAt?.raw)
    values.add(updatedAt?.instant?.microseconds)
    values.add(recordType)
    values.add(unknownFields)
  }

  /// From the base columns of `network`; nil for a row that the server never named or that is gone.
  init?(_ row: Row) throws {
    guard let text = try row.value("remote_id") as String?, let id = NetworkID(text),
      try row.value("gone_at_us") as Int64? == nil
    else { return nil }
    self.init(
      id: id,
      name: (try row.value("name") as String?).map(NetworkName.init(_:)),
      createdAt: (try row.value("created_at") as String?).map(ServerStamp.init),
      updatedAt: (try row.value("updated_at") as String?).map(ServerStamp.init),
      recordType: try row.value("record_type"),
      unknownFields: try row.value("unknown_fields")
    )
  }
}

extension APIErrorDetail {
  /// From the error columns of `operation` and `dead_letter`; nil where there was none.
  init?(_ row: Row) throws {
    let detail = APIErrorDetail(
      status: try row.value("error_status"),
      code: try row.value("error_code"),
      title: try row.value("error_title"),
      detail: try row.value("error_detail"),
      pointer: try row.value("error_pointer")
    )
    guard detail != APIErrorDetail() else { return nil }
    self = detail
  }

  /// Arguments for the five error columns, in their order.
  static func arguments(_ detail: APIErrorDetail?) -> StatementArguments {
    [detail?.status, detail?.code, detail?.title, detail?.detail, detail?.pointer]
  }
}

/// A JSON array of ids, as the outbox keeps them.
func idList(_ ids: some Sequence<NetworkID>) -> String {
  "[\(ids.map { "\"\($0.text)\"" }.sorted().joined(separator: ","))]"
}

/// A JSON array of networks.
func keyList(_ networks: some Sequence<NetworkKey>) -> String {
  "[\(networks.map { String($0.rawValue) }.joined(separator: ","))]"
}

func ids(in list: String?) -> [NetworkID] {
  guard let list, let texts = try? JSONDecoder().decode([String].self, from: Data(list.utf8)) else { return [] }
  return texts.compactMap(NetworkID.init)
}

extension [UInt8] {
  /// These bytes as a blob; NULL for none.
  var databaseBlob: DatabaseValue { isEmpty ? .null : Data(self).databaseValue }
}
