// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "netsync",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Netsync", targets: ["Netsync"]),
    .library(name: "NetsyncTestKit", targets: ["NetsyncTestKit"]),
    .executable(name: "netsync", targets: ["NetsyncMain"]),
    .executable(name: "netsync-simulate", targets: ["NetsyncSimulate"]),
    .executable(name: "netsync-fuzz", targets: ["NetsyncFuzz"]),
    .executable(name: "netsync-fuzz-texts", targets: ["NetsyncFuzzLean"]),
    .executable(name: "netsync-bench", targets: ["NetsyncBench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // The replica on disk: SQL, embedded in code.
    .target(
      name: "Schema",
      path: "Schema",
      resources: [.embedInCode("Migrations")]
    ),

    // The vocabulary and the rules: values and pure functions.
    .target(name: "NetsyncModel"),
    .target(name: "NetsyncReconcile", dependencies: ["NetsyncModel"]),

    // Storage: of what is shipped the only importer of GRDB.
    .target(
      name: "NetsyncReplica",
      dependencies: [
        "NetsyncModel", "NetsyncReconcile", "Schema",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
        .product(name: "OrderedCollections", package: "swift-collections"),
      ]
    ),

    // The wire, and its one seam over AsyncHTTPClient (the only importer).
    .target(
      name: "NetsyncAPI",
      dependencies: ["NetsyncModel", .product(name: "HTTPTypes", package: "swift-http-types")]
    ),
    .target(
      name: "NetsyncHTTP",
      dependencies: [
        "NetsyncModel", "NetsyncAPI",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "SwiftASN1", package: "swift-asn1"),
      ]
    ),

    // Moves things; holds no rule.
    .target(
      name: "NetsyncEngine",
      dependencies: [
        "NetsyncModel", "NetsyncReconcile", "NetsyncReplica", "NetsyncAPI",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ]
    ),

    // What an embedding daemon imports.
    .target(
      name: "Netsync",
      dependencies: [
        "NetsyncModel", "NetsyncReconcile", "NetsyncReplica", "NetsyncAPI", "NetsyncHTTP", "NetsyncEngine",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]
    ),

    // A local Networks API; imports no client module, so that a shared mistake cannot hide.
    .target(
      name: "NetsyncSandbox",
      dependencies: [
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]
    ),

    // What a browser shows of a replica.
    .target(
      name: "NetsyncPage",
      dependencies: [
        "NetsyncModel", "NetsyncReconcile", "NetsyncReplica",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Mustache", package: "swift-mustache"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      resources: [
        "layout.mustache", "overview.mustache", "networks.mustache", "network.mustache", "interfaces.mustache",
        "interface_rows.mustache", "edit_rows.mustache", "drawing.mustache", "style.css", "icon.svg",
      ].map { .embedInCode("Assets/\($0)") }
    ),

    // The command line, and the program that is nothing else.
    .target(
      name: "NetsyncCLI",
      dependencies: [
        "NetsyncModel", "NetsyncReconcile", "NetsyncReplica", "NetsyncAPI", "NetsyncHTTP", "NetsyncEngine",
        "Netsync", "NetsyncPage", "NetsyncSandbox",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "Yams", package: "Yams"),
      ],
      exclude: ["Packaging"]
    ),
    // What a release leaves out of Foundation.
    .target(name: "NetsyncLocales"),
    .executableTarget(name: "NetsyncMain", dependencies: ["NetsyncCLI", "NetsyncLocales"]),

    // A deterministic world for tests.
    .target(
      name: "NetsyncTestKit",
      dependencies: [
        "NetsyncModel", "NetsyncReconcile", "NetsyncReplica", "NetsyncAPI", "NetsyncEngine", "NetsyncSandbox",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
      ]
    ),
    .executableTarget(
      name: "NetsyncSimulate",
      dependencies: [
        "NetsyncModel", "NetsyncTestKit", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),

    // What made-up bytes are given to; Tests/Fuzz/run has a fuzzer make them up.
    .target(
      name: "NetsyncFuzzTexts",
      dependencies: ["NetsyncModel", "NetsyncAPI", .product(name: "HTTPTypes", package: "swift-http-types")],
      path: "Tests/Fuzz/Texts"
    ),
    .executableTarget(name: "NetsyncFuzzLean", dependencies: ["NetsyncFuzzTexts"], path: "Tests/Fuzz/Lean"),
    .executableTarget(
      name: "NetsyncFuzz",
      dependencies: [
        "NetsyncFuzzTexts", "NetsyncModel", "NetsyncReconcile", "NetsyncReplica", "NetsyncAPI", "NetsyncCLI",
      ],
      path: "Tests/Fuzz/Whole"
    ),

    // The built netsync beside what bounds it.
    .executableTarget(
      name: "NetsyncBench",
      dependencies: [
        "NetsyncModel", "NetsyncReconcile", "NetsyncReplica",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      path: "Tests/Benchmarks",
      exclude: ["bulk_pull.py", "vendor_pull.py"]
    ),

    // What several test targets share.
    .target(name: "NetsyncTestSupport", path: "Tests/NetsyncTestSupport"),
    .testTarget(name: "NetsyncTestSupportTests", dependencies: ["NetsyncTestSupport"]),

    .testTarget(name: "NetsyncModelTests", dependencies: ["NetsyncModel"]),
    .testTarget(name: "NetsyncReconcileTests", dependencies: ["NetsyncModel", "NetsyncReconcile", "NetsyncTestKit"]),
    .testTarget(
      name: "NetsyncReplicaTests",
      dependencies: [
        "NetsyncModel", "NetsyncReconcile", "NetsyncReplica", "NetsyncTestKit", "Schema", "NetsyncTestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      exclude: ["Fixtures"]
    ),
    .testTarget(
      name: "NetsyncAPITests",
      dependencies: [
        "NetsyncModel", "NetsyncAPI", "NetsyncHTTP", "NetsyncTestKit", "NetsyncSandbox",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]
    ),
    .testTarget(
      name: "NetsyncEngineTests",
      dependencies: [
        "NetsyncModel", "NetsyncReconcile", "NetsyncReplica", "NetsyncAPI", "NetsyncEngine", "NetsyncSandbox",
        "NetsyncTestKit", "NetsyncTestSupport",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "MetricsTestKit", package: "swift-metrics"),
      ]
    ),
    .testTarget(
      name: "NetsyncSimulationTests",
      dependencies: [
        "NetsyncModel", "NetsyncReplica", "NetsyncAPI", "NetsyncEngine", "NetsyncSandbox", "NetsyncTestKit",
        .product(name: "Logging", package: "swift-log"),
      ]
    ),
    .testTarget(
      name: "NetsyncSandboxTests",
      dependencies: [
        "NetsyncSandbox",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]
    ),
    .testTarget(
      name: "NetsyncTests",
      dependencies: [
        "Netsync", "NetsyncModel", "NetsyncReplica", "NetsyncAPI", "NetsyncEngine", "NetsyncSandbox", "NetsyncTestKit",
        "NetsyncTestSupport",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]
    ),
    .testTarget(
      name: "NetsyncPageTests",
      dependencies: [
        "NetsyncModel", "NetsyncReplica", "NetsyncAPI", "NetsyncEngine", "NetsyncPage", "NetsyncTestKit",
        "NetsyncTestSupport",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]
    ),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "NetsyncCLI", "NetsyncModel", "NetsyncReconcile", "NetsyncReplica", "NetsyncEngine", "NetsyncSandbox",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
      ]
    ),
  ]
)

for target in package.targets where target.name != "NetsyncLocales" {
  target.swiftSettings = [
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    .enableUpcomingFeature("InternalImportsByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0470-isolated-conformances.md
    .enableUpcomingFeature("InferIsolatedConformances"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0458-strict-memory-safety.md
    .strictMemorySafety(),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0443-warning-control-flags.md
    .treatAllWarnings(as: .error),
  ]
}

// Each sanitizer has a build of its own, and much of that would be tests that no sanitizer is asked about: see Tests/Sanitizers/run.
if Context.environment["NETSYNC_SANITIZED"] != nil {
  let leftOut = ["NetsyncReconcileTests", "NetsyncSimulationTests", "CommandLineTests"]
  package.targets.removeAll { leftOut.contains($0.name) }
}
