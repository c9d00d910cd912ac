// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "example-daemon",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "netsync", path: "../.."),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .executableTarget(
      name: "example-daemon",
      dependencies: [
        .product(name: "Netsync", package: "netsync"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      path: "Sources"
    )
  ]
)
