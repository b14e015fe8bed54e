public import Foundation
public import MVCore
internal import MVFiles

/// A self-contained HTML page of results: text, tables, charts and images in one file that needs no network.
///
/// Blocks appear in the order they are added. All text is escaped; nothing given is taken as HTML.
public struct Page: Sendable {
  /// The page's title.
  public let title: String
  /// What made the page, such as `knn`; the file says so, that one kind of page does not replace another.
  public let kind: String
  var blocks: [String] = []
  private var maps = 0

  /// An empty page.
  public init(title: String, kind: String = "page") {
    self.title = title
    self.kind = kind
  }

  /// The kind of the page in a file; nil where it is no page that ``write(to:)`` wrote.
  public static func kind(of url: URL) -> String? {
    guard let handle = try? FileHandle(forReadingFrom: url) else { return nil }
    defer { try? handle.close() }
    guard let head = try? handle.read(upToCount: 4096) else { return nil }
    let text = String(decoding: head, as: UTF8.self)
    guard let start = text.firstRange(of: "<meta name=\"mvmr-report\" content=\"") else { return nil }
    return String(text[start.upperBound...].prefix { $0 != "\"" })
  }

  /// Adds a heading of a section.
  public mutating func heading(_ text: String) { blocks.append("<h2>\(escaped(text))</h2>") }

  /// Adds a paragraph.
  public mutating func paragraph(_ text: String) { blocks.append("<p>\(escaped(text))</p>") }

  /// Adds lines of program text, as they are.
  public mutating func code(_ text: String) { blocks.append("<pre><code>\(escaped(text))</code></pre>") }

  /// Adds a table.
  public mutating func table(_ table: PageTable) { blocks.append(table.html) }

  /// Adds a chart.
  public mutating func chart(_ chart: LineChart) { blocks.append(chart.html) }

  /// Adds a chart.
  public mutating func chart(_ chart: BarChart) { blocks.append(chart.html) }

  /// Adds images side by side.
  public mutating func images(_ grid: ImageGrid) { blocks.append(grid.html) }

  /// Adds bars of classes.
  public mutating func bars(_ bars: ClassBars) { blocks.append(bars.html) }

  /// Adds facts.
  public mutating func facts(_ facts: FactList) { blocks.append(facts.html) }

  /// Adds points in the plane.
  public mutating func map(_ map: PointMap) {
    maps += 1
    blocks.append(map.html(id: "m\(maps)"))
  }

  /// Adds test images with their neighbors.
  public mutating func gallery(_ gallery: NeighborGallery) { blocks.append(gallery.html) }

  /// Adds a confusion matrix, a row a class, its cells shaded by the part of the class's rows.
  ///
  /// A table of numbers for up to 20 classes, a picture for more.
  public mutating func confusion(_ matrix: ConfusionMatrix, names: [String] = [], caption: String = "") {
    blocks.append(
      matrix.classCount <= 20
        ? ConfusionTable(matrix: matrix, names: names, caption: caption).html
        : ConfusionPicture(matrix: matrix, names: names, caption: caption).html)
  }

  /// The page.
  public var html: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="mvmr-report" content="\(escaped(kind))">
    <title>\(escaped(title))</title>
    <style>
    \(Page.style)
    </style>
    </head>
    <body>
    <main>
    <h1>\(escaped(title))</h1>
    \(blocks.joined(separator: "\n"))
    </main>
    </body>
    </html>

    """
  }

  /// Writes the page, whole or not at all.
  public func write(to url: URL) throws(MVError) { try AtomicFile.write(html, to: url) }
}

/// `text` with the characters that mean something in HTML replaced, for element content and quoted attributes.
func escaped(_ text: String) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    // HTML forbids other control characters, however written.
    case _ where scalar.value < 32 && scalar != "\n" && scalar != "\t" && scalar != "\r": result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
