import ArgumentParser
import FoundationEssentials
import Netsync
import NetsyncReplica

extension CompletionKind {
  /// Names of networks, as they are in the replica that the words so far name; ids where the word begins like one.
  static let networks = CompletionKind.custom { words, _, word in NetworkNames(words).beginning(with: word) }
}

/// Names for a shell that completes a word. Where there is no replica, or none that can be read, there are none: nobody asked for an error.
private struct NetworkNames {
  /// More would not be read by anybody.
  private static let most = 200

  /// Signs that mean nothing to any shell.
  private static let plain = Set(" -_.,:@+/%=".unicodeScalars)

  private let replica: Replica?

  /// - Parameter words: of the command line so far.
  init(_ words: [String]) {
    let flags = ["--replica", "-p", "--profile", "--config"]
    let named = zip(words, words.dropFirst()).flatMap { flags.contains($0) ? [$0, $1] : [] }
    let global = try? GlobalOptions.parse(named + words.filter { word in flags.contains { word.hasPrefix("\($0)=") } })
    let configuration = global.flatMap { try? Configuration($0, ProcessInfo.processInfo.environment) }
    let settings = configuration.flatMap { try? Settings($0) }
    replica = settings.flatMap { try? Replica.open($0.replicaPath, .existing, now: { .now }) }
  }

  /// Whether a shell takes a word for itself and nothing else. bash expands what it is given to choose from (compgen -W), and would run
  /// what somebody has put into a name; where it is not plain, the id stands for it.
  private static func isPlain(_ name: String) -> Bool {
    name.unicodeScalars.allSatisfy {
      !$0.isASCII || $0.properties.isAlphabetic || $0.properties.numericType != nil || plain.contains($0)
    }
      && name == name.madeVisible
  }

  func beginning(with word: String) -> [String] {
    guard let replica else { return [] }
    var filter = NetworkFilter()
    filter.limit = Self.most
    filter.name = word.isEmpty ? nil : word
    let named = ((try? replica.networks(filter)) ?? []).filter { $0.name?.text.hasPrefix(word) == true }
    let names = named.compactMap { network in
      Self.isPlain(network.name?.text ?? "") ? network.name?.text : network.id?.text ?? network.localID?.text
    }
    guard names.isEmpty, word.utf8.count >= 4, case .found(let network)? = try? replica.find(word) else { return names }
    return [network.id?.text ?? network.localID?.text].compactMap(\.self)
  }
}
