import Foundation

// netsync-fuzz TARGET FILE|FOLDER...      gives each file to the target, once
// netsync-fuzz TARGET [libFuzzer's own]   in a build with -sanitize=fuzzer -DNETSYNC_FUZZER: makes files up
//
// The exit status is not 0 where a promise was broken; what was broken is said on stderr.

private let arguments = CommandLine.arguments

guard arguments.count > 1, let target = FuzzTarget(rawValue: arguments[1]) else {
  let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
  FileHandle.standardError.write(Data("usage: netsync-fuzz TARGET FILE|FOLDER...; the targets are \(names)\n".utf8))
  exit(64)
}

#if NETSYNC_FUZZER
  /// Of libFuzzer (https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library).
  @_silgen_name("LLVMFuzzerRunDriver")
  func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
  ) -> Int32

  // The fuzzer reads them as a C program would: its own name, then all but the target's. Nothing else runs yet.
  nonisolated(unsafe) private let given = unsafe CommandLine.unsafeArgv
  unsafe given[1] = given[0]
  private var count = CommandLine.argc - 1
  private var list = unsafe given + 1
  unsafe exit(
    runDriver(&count, &list) { bytes, length in
      let target = FuzzTarget(rawValue: CommandLine.arguments[1]) ?? .page
      target.run(unsafe Array(UnsafeBufferPointer(start: bytes, count: length)))
      return 0
    }
  )
#else
  private var files = 0
  for path in arguments.dropFirst(2) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)).map { $0.sorted().map { "\(path)/\($0)" } }
    for file in names ?? [path] {
      target.run([UInt8](try Data(contentsOf: URL(fileURLWithPath: file))))
      files += 1
    }
  }
  print("\(target.rawValue): \(files) files, every promise kept")
#endif
