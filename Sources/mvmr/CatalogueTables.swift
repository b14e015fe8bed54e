internal import MVCore
internal import MVRepresentations

/// The catalogue as Markdown, for the documentation: a test compares the two.
enum CatalogueTables {
  /// Values a row by image size, and the axes, of each representation with its defaults.
  static var dimensions: String {
    get throws(MVError) {
      let shapes = [(32, 32), (96, 96), (224, 224), (45, 37)].map {
        ImageShape(height: $0, width: $1, channels: 3)
      }
      let head = ["representation"] + shapes.map { "\($0.height) x \($0.width)" } + ["axes"]
      var lines = [row(head), row(["---"] + shapes.map { _ in "---:" } + ["---"])]
      for entry in Catalogue.standard.entries {
        let representation = try entry.make()
        var counts: [String] = []
        for shape in shapes { counts.append("\(try representation.layout(for: shape).count)") }
        lines.append(
          row(["`\(entry.name)`"] + counts + [try representation.layout(for: shapes[0]).axes.joined(separator: ", ")]))
      }
      return lines.joined(separator: "\n")
    }
  }

  /// Every setting of each representation.
  static var settings: String {
    var lines = [
      row(["representation", "setting", "default", "accepts", "what it does"]), row(Array(repeating: "---", count: 5)),
    ]
    for entry in Catalogue.standard.entries {
      for setting in entry.settings {
        let choices = setting.accepts.replacing("|", with: ", ")
        let help = setting.help.replacing("|", with: "\\|")
        lines.append(row(["`\(entry.name)`", "`\(setting.name)`", setting.text, choices, help]))
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func row(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }
}
