import Logging
import Netsync

/// Writes each event as one JSON object on a line of stderr: `{"time", "level", "message", …}`, metadata under its own keys.
struct JSONLogHandler: LogHandler {
  let label: String
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  var logLevel: Logger.Level = .info

  init(label: String) { self.label = label }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    try? StandardStream.error.write(line(event, at: .now))
  }

  func line(_ event: LogEvent, at time: Timestamp) -> String {
    var members: [JSONText.Member] = [
      .init("time", .string(time.rfc3339)),
      .init("level", .string(event.level.rawValue)),
      .init("logger", .string(label)),
      .init("message", .string("\(event.message)")),
    ]
    let own = Set(members.map(\.key))
    let metadata = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      members.append(.init(own.contains(key) ? "_\(key)" : key, JSONText(value)))
    }
    return JSONText.object(members).rendered(pretty: false) + "\n"
  }
}

extension JSONText {
  fileprivate init(_ value: Logger.Metadata.Value) {
    switch value {
    case .string(let text): self = .string(text)
    case .stringConvertible(let value): self = .string(value.description)
    case .array(let values): self = .array(values.map { JSONText($0) })
    case .dictionary(let values):
      self = .object(values.sorted { $0.key < $1.key }.map { Member($0.key, JSONText($0.value)) })
    }
  }
}
