import Foundation
import Synchronization

/// The whole of a program that gives bytes to one of some targets; the exit status is not 0 where a promise was broken, and what was
/// broken is said on stderr.
///
///     PROGRAM TARGET FILE|FOLDER...      gives each file to the target, once
///     PROGRAM TARGET [libFuzzer's own]   in a build with -sanitize=fuzzer -DNETSYNC_FUZZER: makes files up
package func drive(_ targets: [FuzzTarget]) throws {
  let arguments = CommandLine.arguments
  guard arguments.count > 1, let target = targets.first(where: { $0.name == arguments[1] }) else {
    let names = targets.map(\.name).joined(separator: " ")
    let usage = "usage: \(arguments[0]) TARGET FILE|FOLDER...; the targets are \(names)\n"
    FileHandle.standardError.write(Data(usage.utf8))
    exit(64)
  }
  #if NETSYNC_FUZZER
    fuzzed.withLock { $0 = target }
    // The fuzzer reads them as a C program would: its own name, then all but the target's. Nothing else runs yet.
    let given = unsafe CommandLine.unsafeArgv
    unsafe given[1] = given[0]
    var count = CommandLine.argc - 1
    var list = unsafe given + 1
    unsafe exit(
      runDriver(&count, &list) { bytes, length in
        fuzzed.withLock(\.self)?.run(unsafe Array(UnsafeBufferPointer(start: bytes, count: length)))
        return 0
      }
    )
  #else
    var files = 0
    for path in arguments.dropFirst(2) {
      let names = try? FileManager.default.contentsOfDirectory(atPath: path).sorted()
      for file in names?.map({ "\(path)/\($0)" }) ?? [path] {
        target.run([UInt8](try Data(contentsOf: URL(fileURLWithPath: file))))
        files += 1
      }
    }
    print("\(target.name): \(files) files, every promise kept")
  #endif
}

#if NETSYNC_FUZZER
  // A C function captures nothing.
  private let fuzzed = Mutex<FuzzTarget?>(nil)

  /// Of libFuzzer (https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library).
  @_silgen_name("LLVMFuzzerRunDriver")
  private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
  ) -> Int32
#endif
