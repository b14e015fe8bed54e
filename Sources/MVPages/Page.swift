public import Foundation
public import MVCore
internal import MVFiles

/// A self-contained HTML page of results: text, tables, charts and images in one file that needs no network.
///
/// Parts appear in the order they are added. All text is escaped: nothing is taken as HTML.
public struct Page: Sendable {
  /// The page's title.
  public let title: String
  /// What made the page, for example `knn`; stored in the file, so that a page of one kind does not replace another
  /// kind's.
  public let kind: String
  var blocks: [String] = []
  private var maps = 0

  /// Creates an empty page.
  public init(title: String, kind: String = "page") {
    self.title = title
    self.kind = kind
  }

  /// Reads the ``kind`` of the page in a file; nil where ``write(to:followsLinks:)`` did not write the file.
  public static func kind(of url: URL) -> String? {
    guard let head = SystemPath(url.path).head(4096) else { return nil }
    let text = String(decoding: head, as: UTF8.self)
    guard let start = text.firstRange(of: "<meta name=\"mvmr-report\" content=\"") else { return nil }
    return String(text[start.upperBound...].prefix { $0 != "\"" })
  }

  /// Adds the heading of a section.
  public mutating func heading(_ text: String) { blocks.append("<h2>\(escaped(text))</h2>") }

  /// Adds a paragraph.
  public mutating func paragraph(_ text: String) { blocks.append("<p>\(escaped(text))</p>") }

  /// Adds program text, line breaks and spaces kept.
  public mutating func code(_ text: String) { blocks.append("<pre><code>\(escaped(text))</code></pre>") }

  /// Adds a table.
  public mutating func table(_ table: PageTable) { blocks.append(table.html) }

  /// Adds a chart of curves.
  public mutating func chart(_ chart: LineChart) { blocks.append(chart.html) }

  /// Adds a chart of bars.
  public mutating func chart(_ chart: BarChart) { blocks.append(chart.html) }

  /// Adds images side by side.
  public mutating func images(_ grid: ImageGrid) { blocks.append(grid.html) }

  /// Adds bars of shares, one per class.
  public mutating func bars(_ bars: ClassBars) { blocks.append(bars.html) }

  /// Adds a list of facts.
  public mutating func facts(_ facts: FactList) { blocks.append(facts.html) }

  /// Adds a map of points.
  public mutating func map(_ map: PointMap) {
    maps += 1
    blocks.append(map.html(id: "m\(maps)"))
  }

  /// Adds a gallery of test images with their neighbors.
  public mutating func gallery(_ gallery: NeighborGallery) { blocks.append(gallery.html) }

  /// Adds a confusion matrix: one row per true class, each cell shaded by its share of the class.
  ///
  /// Up to 20 classes become a table of counts, more a picture. Of more than 1000 no square could be seen: there is a
  /// line of text instead.
  public mutating func confusion(_ matrix: ConfusionMatrix, caption: String = "") {
    switch matrix.classCount {
    case ...20: blocks.append(ConfusionTable(matrix: matrix, caption: caption).html)
    case ...1000: blocks.append(ConfusionPicture(matrix: matrix, caption: caption).html)
    default: paragraph("The confusion matrix of \(grouped(matrix.classCount)) classes is too large to draw.")
    }
  }

  /// The whole page as HTML text.
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
  ///
  /// A link at `url` is written through, or with `followsLinks` false replaced by the page. Throws where the file
  /// cannot be written.
  public func write(to url: URL, followsLinks: Bool = true) throws(MVError) {
    try AtomicFile.write(html, to: url, followsLinks: followsLinks)
  }
}

/// Escapes `text` for HTML, for the content of elements and for quoted attributes.
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
    // HTML forbids other control characters, even escaped ones.
    case _ where scalar.value < 32 && scalar != "\n" && scalar != "\t" && scalar != "\r": result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
