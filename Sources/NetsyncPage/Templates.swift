import Hummingbird
import Mustache

/// The pages' templates.
struct Templates: Sendable {
  private let library: MustacheLibrary

  /// They are part of the program: one that cannot be read is a bug, which every test of a page would show.
  init() throws {
    var library = MustacheLibrary()
    for (name, text) in Asset.templates {
      library.register(try MustacheTemplate(string: text), named: name)
    }
    self.library = library
  }

  /// - Parameter view: what the template tells of; every text in it is escaped on its way.
  func page(_ name: String, _ view: some Sendable) -> Response {
    .text(library.render(view, withTemplate: name) ?? "", type: "text/html; charset=utf-8")
  }
}

/// The files that the page is made of.
enum Asset {
  static let style = text(PackageResources.style_css)
  static let icon = text(PackageResources.icon_svg)
  static let templates = [
    "layout": text(PackageResources.layout_mustache),
    "overview": text(PackageResources.overview_mustache),
    "networks": text(PackageResources.networks_mustache),
    "network": text(PackageResources.network_mustache),
    "interfaces": text(PackageResources.interfaces_mustache),
    "interface_rows": text(PackageResources.interface_rows_mustache),
    "edit_rows": text(PackageResources.edit_rows_mustache),
    "drawing": text(PackageResources.drawing_mustache),
  ]

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
