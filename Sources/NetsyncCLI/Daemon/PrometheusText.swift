/// The text format 0.0.4 of Prometheus, piece by piece.
///
/// Source: https://github.com/prometheus/docs/blob/main/docs/instrumenting/exposition_formats.md
enum PrometheusText {
  /// The name of a metric: what is not allowed in one becomes `_`, a counter ends in `_total`.
  static func name(_ label: String, _ kind: PrometheusFamily.Kind) -> String {
    let name = identifier(label)
    return kind == .counter && !name.hasSuffix("_total") ? "\(name)_total" : name
  }

  /// Labels as they stand behind a name, by their names: `{kind="pull",outcome="ok"}`; nothing for none.
  static func labels(_ dimensions: [(String, String)]) -> String {
    guard !dimensions.isEmpty else { return "" }
    let pairs = dimensions.map { "\(identifier($0.0))=\"\(escaped($0.1, also: "\""))\"" }.sorted()
    return "{\(pairs.joined(separator: ","))}"
  }

  static func adding(_ label: String, _ value: String, to labels: String) -> String {
    let pair = "\(label)=\"\(value)\""
    return labels.isEmpty ? "{\(pair)}" : "\(labels.dropLast()),\(pair)}"
  }

  static func help(_ text: String) -> String { escaped(text, also: nil) }

  static func sample(_ name: String, _ labels: String, _ value: String) -> String { "\(name)\(labels) \(value)\n" }

  /// A number as Go reads it.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return Int64(exactly: value).map(String.init) ?? value.description
  }

  private static func identifier(_ label: String) -> String {
    let letters = label.unicodeScalars.map { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)) ? Character(scalar) : "_"
    }
    let name = String(letters)
    return name.first?.isNumber ?? true ? "_\(name)" : name
  }

  private static func escaped(_ text: String, also quote: Character?) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "\\": escaped += "\\\\"
      case "\n", "\r\n": escaped += "\\n"
      case quote: escaped += "\\\(character)"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
