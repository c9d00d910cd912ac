import GRDB
import GRDBSQLite

/// What is wrong with a file whose header names a version of the format that SQLite reads and does not write
/// (https://sqlite.org/fileformat2.html, 1.3).
let headerForbidsWriting = "its header forbids writing"

extension Database {
  /// Asked of the connection's own descriptor: to open and close another would end the locks that this process holds on the file.
  func headerAllowsWriting() -> Bool {
    var file: UnsafeMutablePointer<sqlite3_file>?
    var version: UInt8 = 0
    guard
      unsafe sqlite3_file_control(sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK,
      let file = unsafe file, let methods = unsafe file.pointee.pMethods,
      unsafe methods.pointee.xRead(file, &version, 1, 18) == SQLITE_OK
    else { return true }
    return version <= 2
  }
}
