internal import Foundation
internal import MVCore
internal import MVFiles

/// A list of image files, with a class and a split of each where the list says so.
struct ImageList: Sendable {
  /// One image of the list.
  struct Entry: Sendable {
    let line: Int
    /// The file's name or path, as it was written.
    let file: String
    /// The name of its class; nil where it has none.
    let label: String?
    /// The name of its split; nil where the list does not say.
    let split: String?
  }

  let path: String
  let entries: [Entry]

  private static let fileColumns = [
    "file", "filename", "file_name", "file name", "filepath", "file_path", "path", "image", "image_name", "image_path",
    "image_id", "image id", "img", "img_path", "name", "id",
  ]
  private static let labelColumns = [
    "label", "class", "class_name", "classname", "category", "target", "species", "breed", "y", "labels", "class_id",
    "label_id",
  ]
  private static let splitColumns = ["split", "set", "subset", "partition", "data set"]

  /// Reads a table with a header that names the columns, or without one: then they are file and class.
  ///
  /// A list that is no `.csv` or `.tsv` has one file a line, and its class after a tab. `isFile` says whether a name is
  /// that of an image: a first line that names none, where the second does, is a header. Throws where the file is
  /// missing or damaged, names no image, or names one without a name.
  init(contentsOf url: URL, isFile: (String) -> Bool) throws(MVError) {
    let isTable = ["csv", "tsv"].contains(url.pathExtension.lowercased())
    let table = try DelimitedText(contentsOf: url, isTable: isTable)
    path = table.path
    var rows = table.rows[...]
    var columns: (file: Int, label: Int?, split: Int?) = (0, 1, nil)
    if let first = rows.first {
      let names = first.fields.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
      func column(_ known: [String]) -> Int? { known.lazy.compactMap { names.firstIndex(of: $0) }.first }
      if isTable, !isFile(first.fields[0]), let file = column(Self.fileColumns) {
        columns = (file, column(Self.labelColumns), column(Self.splitColumns))
        // One unknown column beside the file names is what is said of them.
        if columns.label == nil, names.count == 2 { columns.label = 1 - file }
        rows = rows.dropFirst()
      } else if isTable, rows.count > 1, !isFile(first.fields[0]), isFile(rows[1].fields[0]) {
        rows = rows.dropFirst()
      }
    }
    var entries: [Entry] = []
    for row in rows {
      func field(_ column: Int?) -> String? {
        guard let column, row.fields.indices.contains(column), !row.fields[column].isEmpty else { return nil }
        return row.fields[column]
      }
      guard let file = field(columns.file) else {
        throw .badData("\(path):\(row.line)", "names no file", remedy: "write one image a line")
      }
      entries.append(
        Entry(line: row.line, file: file, label: field(columns.label), split: field(columns.split)))
    }
    guard !entries.isEmpty else { throw .badData(path, "names no image", remedy: "write one image a line") }
    self.entries = entries
  }

  /// The name of each class, by label: whole numbers by size, all others by bytes, as class folders are.
  var classNames: [String] {
    let names = Set(entries.compactMap { $0.label.map { ExactText($0) } })
    let numbers = names.compactMap { name in Int(name.text).map { (name, $0) } }
    if numbers.count == names.count { return numbers.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0.text) }
    return names.sorted().map(\.text)
  }

  /// The images as rows, split by split: those of which `id` knows the name, and the entries of the others.
  ///
  /// Where the list names no splits, images that all lie in folders called as splits are of those. `identity` gives one
  /// text for all names of a file. Throws where two lines name one file, however they write it.
  func rows(
    id: (String) -> String?, identity: (String) -> String
  ) throws(MVError) -> (rows: ImageRows, missing: [Entry]) {
    let found = entries.map { ($0, id($0.file)) }
    try requireEachOnce(found, identity)
    let isSplit = !found.contains { entry, id in
      guard entry.split == nil, let id else { return entry.split != nil }
      let (first, rest) = FileTree.split(id)
      return rest.isEmpty || ImageNames.split(first) == nil
    }
    let labels = Dictionary(uniqueKeysWithValues: zip(classNames.map { ExactText($0) }, Int64(0)...))
    var splits: [ExactText: ImageRows.Split] = [:]
    var missing: [Entry] = []
    for (entry, id) in found {
      guard let id else {
        missing.append(entry)
        continue
      }
      let folder = isSplit ? FileTree.split(id).first : "all"
      let written = entry.split?.trimmingCharacters(in: .whitespaces) ?? folder
      let name = ImageNames.split(written) ?? written
      let label = entry.label.flatMap { labels[ExactText($0)] } ?? -1
      splits[ExactText(name), default: ImageRows.Split(name: name)].append(id, label)
    }
    let order = splits.values.sorted {
      (ImageNames.rank($0.name), ExactText($0.name)) < (ImageNames.rank($1.name), ExactText($1.name))
    }
    return (ImageRows(splits: order), missing)
  }

  private func requireEachOnce(_ found: [(Entry, String?)], _ identity: (String) -> String) throws(MVError) {
    var seen: [ExactText: Entry] = [:]
    for (entry, id) in found {
      guard let first = seen.updateValue(entry, forKey: ExactText(identity(id ?? entry.file))) else { continue }
      let isSame = ExactText(first.file) == ExactText(entry.file)
      throw .badData(
        "\(path):\(entry.line)",
        "names \(entry.file) again, after line \(first.line)\(isSame ? "" : ": \(first.file)")",
        remedy: "list each image once")
    }
  }

  /// One line on what the list was understood as.
  func understood(_ rows: ImageRows) -> String {
    let splits = rows.splits.map { "\($0.name) (\($0.ids.count))" }.joined(separator: ", ")
    let classes = classNames
    return
      "\(path) read as \(classes.isEmpty ? "images without labels" : "labels of \(classes.count) classes"): \(splits)"
  }
}
