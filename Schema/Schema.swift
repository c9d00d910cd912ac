/// The SQL of the replica, embedded in code from `Schema/Migrations`. A migration that has shipped never changes; a new one is added.
package enum Schema {
  /// One step from the version before it.
  package struct Migration: Sendable {
    package let name: String
    package let sql: String
  }

  /// In order. The newest one's position, counted from 1, is the file's `user_version`.
  package static let migrations = [
    Migration(name: "v1_initial", sql: String(decoding: PackageResources.v1_initial_sql, as: UTF8.self)),
    Migration(name: "v2_evidence", sql: String(decoding: PackageResources.v2_evidence_sql, as: UTF8.self)),
    Migration(name: "v3_guards", sql: String(decoding: PackageResources.v3_guards_sql, as: UTF8.self)),
    Migration(name: "v4_journal", sql: String(decoding: PackageResources.v4_journal_sql, as: UTF8.self)),
    Migration(name: "v5_any_guard", sql: String(decoding: PackageResources.v5_any_guard_sql, as: UTF8.self)),
    Migration(name: "v6_set_aside", sql: String(decoding: PackageResources.v6_set_aside_sql, as: UTF8.self)),
    Migration(name: "v7_marks", sql: String(decoding: PackageResources.v7_marks_sql, as: UTF8.self)),
    Migration(name: "v8_pulls", sql: String(decoding: PackageResources.v8_pulls_sql, as: UTF8.self)),
    Migration(name: "v9_file_number", sql: String(decoding: PackageResources.v9_file_number_sql, as: UTF8.self)),
    Migration(name: "v10_server", sql: String(decoding: PackageResources.v10_server_sql, as: UTF8.self)),
  ]

  /// `PRAGMA application_id` of a replica: "NSYN".
  package static let applicationID: Int32 = 0x4E53_594E

  /// `PRAGMA user_version` of a replica that this version writes.
  package static var version: Int32 { Int32(migrations.count) }
}
