import FoundationEssentials
import Yams

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A file of settings, in YAML.
///
/// ```yaml
/// push:
///   on_conflict: hold
/// http.timeout: 20s          # a path can be one key as well
/// profiles:
///   work:                    # of --profile work alone, before what stands above
///     api_key_file: /etc/netsync/work.key
/// ```
package struct ConfigurationFile: Sendable {
  /// What is wrong with a file, and in which line.
  package struct Fault: Hashable, Sendable {
    /// From 1; nil for the file as a whole.
    package var line: Int?
    package var reason: String
  }

  private static let mostBytes = 1 << 20
  /// Aliases that may be meant. Of many, each of what stands for two others, a few lines make more values than anybody can go through.
  private static let mostAliases = 32
  private static let profiles = "profiles"

  let path: String
  private var values: [Setting: SetValue] = [:]
  private var profiles: [String: [Setting: SetValue]] = [:]
  /// Every one that was found, so that all can be mended at once.
  package private(set) var faults: [Fault] = []

  /// - Returns: nil where there is no file.
  init?(_ path: String) {
    self.path = path
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let bytes = try? InputFile.read(path, most: Self.mostBytes) else {
      faults = [Fault(reason: "it cannot be read, or has more than 1 MiB")]
      return
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      faults = [Fault(reason: "it is not UTF-8")]
      return
    }
    read(text)
    guard Self.isOpenToOthers(path) else { return }
    for setting in Setting.commands {
      let command = ([values] + profiles.values).lazy.compactMap { $0[setting] }.first
      guard case .file(_, let line)? = command?.origin else { continue }
      let reason = "\(setting.rawValue): others can write to this file, so nothing in it is run"
      faults.append(Fault(line: line, reason: reason))
    }
  }

  /// A file of this text, which nobody has looked for.
  package init(_ path: String, text: String) {
    self.path = path
    read(text)
  }

  private static func isOpenToOthers(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return true }
    return ![0, geteuid()].contains(status.st_uid) || status.st_mode & 0o022 != 0
  }

  /// - Parameter profile: what is set for it alone comes first.
  func value(_ setting: Setting, of profile: String) -> SetValue? {
    profiles[profile]?[setting] ?? values[setting]
  }

  /// Set for no profile: the one that chooses it, for one.
  func value(_ setting: Setting) -> SetValue? { values[setting] }

  private mutating func read(_ text: String) {
    let root: Node?
    let star = UInt8(ascii: "*")
    let aliases = zip(text.utf8, text.utf8.dropFirst()).count { $0 == star && $1 != star && $1 > UInt8(ascii: " ") }
    guard aliases <= Self.mostAliases else {
      faults = [Fault(reason: "it has more than \(Self.mostAliases) aliases; write each value where it belongs")]
      return
    }
    do {
      root = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      faults = [Fault(error)]
      return
    } catch {
      faults = [Fault(reason: "it is no YAML")]
      return
    }
    guard let root, root.scalar?.string.isEmpty != true else { return }
    guard let mapping = root.mapping else {
      faults = [Fault(line: root.mark?.line, reason: "it holds no names with values")]
      return
    }
    values = read(mapping, besides: Self.profiles)
    for (key, node) in mapping where key.scalar?.string == Self.profiles { readProfiles(node) }
  }

  private mutating func readProfiles(_ node: Node) {
    guard let named = node.mapping else {
      faults.append(Fault(line: node.mark?.line, reason: "profiles: it takes a name for each, with settings below"))
      return
    }
    for (key, node) in named {
      let name = key.scalar?.string ?? ""
      guard let mapping = node.mapping else {
        faults.append(Fault(line: node.mark?.line, reason: "profiles.\(name): it takes settings"))
        continue
      }
      profiles[name] = read(mapping)
    }
  }

  /// - Parameters:
  ///   - path: of the names above, with a point at its end.
  ///   - other: a name that is no setting, and that somebody else reads.
  private mutating func read(
    _ mapping: Node.Mapping,
    within path: String = "",
    besides other: String? = nil
  ) -> [Setting: SetValue] {
    var values: [Setting: SetValue] = [:]
    func set(_ setting: Setting, _ value: SetValue) {
      if values.updateValue(value, forKey: setting) != nil, case .file(_, let line) = value.origin {
        faults.append(Fault(line: line, reason: "\(setting.rawValue) is there twice"))
      }
    }
    for (key, node) in mapping {
      let name = path + (key.scalar?.string ?? "")
      let line = key.mark?.line
      if let setting = Setting(rawValue: name) {
        if let scalar = node.scalar {
          set(setting, SetValue(text: scalar.string, origin: .file(self.path, line: line ?? 0)))
        } else {
          faults.append(Fault(line: line, reason: "\(name): it takes one value"))
        }
      } else if name == other {
        continue
      } else if Setting.allCases.contains(where: { $0.rawValue.hasPrefix("\(name).") }) {
        guard let inner = node.mapping else {
          faults.append(Fault(line: line, reason: "\(name): it takes settings below it"))
          continue
        }
        for (setting, value) in read(inner, within: "\(name).") { set(setting, value) }
      } else {
        let near = NearNames.nearest(to: name, among: Setting.allCases.map(\.rawValue) + [other].compactMap(\.self))
        let hint = near.isEmpty ? "" : "; did you mean \(near.joined(separator: ", "))?"
        faults.append(Fault(line: line, reason: "there is no setting \(name)\(hint)"))
      }
    }
    return values
  }
}

extension ConfigurationFile.Fault {
  fileprivate init(_ error: YamlError) {
    switch error {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
      self.init(line: mark.line, reason: "here or in the line before it is no YAML")
    case .duplicatedKeysInMapping(let keys, let context):
      self.init(line: context.mark.line, reason: "\(keys.joined(separator: ", ")) is there twice")
    default:
      self.init(reason: "it is no YAML")
    }
  }
}
