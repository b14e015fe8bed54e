internal import MVCore

/// What a folder of images is understood as.
///
/// Splits hold class folders, and classes hold images. A folder is read as splits where folders in it are called as
/// splits are, in letters of any case, and what they hold bears it out: a class may be called `train`. Where all there
/// is lies in one folder, that is looked into.
struct FolderReading: Sendable {
  /// A split, the folder that it is, and its classes.
  struct Part: Sendable {
    let name: String
    let folder: ImageTree
    var classes: [ImageTree]
    var unlabeled: [String]
  }

  /// The splits in order, without empty ones; `all` alone where the folder has none.
  private(set) var parts: [Part] = []
  /// The name of each class, sorted by bytes.
  private(set) var classNames: [String] = []
  /// One line on what was understood.
  private(set) var understood = ""
  /// What was left out, one line each.
  private(set) var notices: [String] = []
  /// Folders that were gone through to where splits or classes are.
  private var passed = ""

  /// Reads a folder as `layout` says, or as it seems meant; only `chosen` classes where these are given.
  init(_ root: ImageTree, layout: FolderLayout?, chosen: Set<ExactText>? = nil) {
    switch layout {
    case .flat: readFlat(root)
    case .classes: readClasses(root, chosen)
    case .splits: readSplits(root.folders.filter { $0.count > 0 }, of: root, chosen)
    case nil:
      var folder = root
      while let inner = Self.onlyFolder(of: folder) {
        passed += inner.name + "/"
        folder = inner
      }
      let splits = Self.splits(in: folder)
      if !splits.isEmpty {
        readSplits(splits, of: folder, chosen)
      } else if folder.folders.contains(where: { $0.count > 0 }) {
        readClasses(folder, chosen)
      } else {
        readFlat(folder)
      }
    }
    if !root.badLinks.isEmpty {
      notices.append(
        "\(root.badLinks.count) links left out, which lead nowhere or back to where they lie: "
          + Self.list(root.badLinks))
    }
    if !root.passedOver.isEmpty {
      notices.append("hidden and system folders left out: \(Self.list(root.passedOver))")
    }
    // A folder without images in any split is no class: nothing could be learnt of it.
    let names = Set(parts.flatMap { $0.classes.filter { $0.count > 0 }.map { ExactText($0.name) } })
    classNames = names.sorted().map(\.text)
    describe(layout)
  }

  /// The folder to look into where everything lies in it: more than one class, or splits.
  private static func onlyFolder(of folder: ImageTree) -> ImageTree? {
    let full = folder.folders.filter { $0.count > 0 }
    guard folder.images.isEmpty, full.count == 1, splits(in: folder).isEmpty else { return nil }
    let inner = full[0]
    guard inner.images.isEmpty else { return nil }
    return onlyFolder(of: inner) != nil || !splits(in: inner).isEmpty || inner.folders.count { $0.count > 0 } > 1
      ? inner : nil
  }

  /// The folders of `folder` that are splits; none where it seems to hold classes.
  private static func splits(in folder: ImageTree) -> [ImageTree] {
    let full = folder.folders.filter { $0.count > 0 }
    let named = full.filter { ImageNames.split($0.name) != nil }
    let rest = full.filter { ImageNames.split($0.name) == nil }
    guard let first = named.first else { return [] }
    // One folder alone may be a class that is called so: then others beside it hold what it holds.
    let holdsClasses = first.folders.contains { $0.count > 0 }
    let isSplit = named.count > 1 || rest.isEmpty || (holdsClasses && rest.allSatisfy { !$0.images.isEmpty })
    guard isSplit || (holdsClasses && rest.count == 1) else { return [] }
    return named
  }

  private mutating func readFlat(_ folder: ImageTree) {
    add(Part(name: "all", folder: folder, classes: [], unlabeled: folder.allImages), of: folder)
  }

  private mutating func readClasses(_ folder: ImageTree, _ chosen: Set<ExactText>?) {
    add(Self.part("all", folder, chosen), of: folder)
  }

  private mutating func readSplits(_ splits: [ImageTree], of folder: ImageTree, _ chosen: Set<ExactText>?) {
    var names = splits.map { ImageNames.split($0.name) ?? $0.name }
    for (place, split) in splits.enumerated() {
      // Two folders may be called by one split, Train and train: then each keeps its own name.
      if names.count(where: { $0 == names[place] }) > 1 { names[place] = split.name }
    }
    let order = splits.indices.sorted { ImageNames.rank(names[$0]) < ImageNames.rank(names[$1]) }
    for place in order { add(Self.part(names[place], splits[place], chosen), of: splits[place]) }
    let outside = folder.folders.filter { inner in !splits.contains { ExactText($0.name) == ExactText(inner.name) } }
    let empty = outside.filter { $0.count == 0 && ImageNames.split($0.name) != nil }
    if !empty.isEmpty { notices.append("split folders without images: \(Self.list(empty.map(\.name)))") }
    let full = outside.filter { $0.count > 0 }
    if !full.isEmpty {
      notices.append(
        "not splits, left out: \(Self.list(full.map(\.name))); if all folders are classes, give --layout classes")
    }
    if !folder.images.isEmpty { notices.append("\(folder.images.count) images outside the splits left out") }
  }

  private mutating func add(_ part: Part, of folder: ImageTree) {
    for empty in part.classes where empty.count == 0 {
      notices.append("\(part.name): class folder \(empty.name) holds no images")
    }
    if !part.classes.isEmpty, !folder.images.isEmpty {
      notices.append("\(part.name): \(folder.images.count) images outside class folders left out")
    }
    if folder.others > 0 { notices.append("\(part.name): \(folder.others) files that are not images left out") }
    if part.classes.contains(where: { $0.count > 0 }) || !part.unlabeled.isEmpty { parts.append(part) }
  }

  /// A split with the class folders in its folder, or with the images there where it has no classes.
  private static func part(_ name: String, _ folder: ImageTree, _ chosen: Set<ExactText>?) -> Part {
    let classes = folder.folders.filter { chosen?.contains(ExactText($0.name)) ?? true }
    let hasClasses = classes.contains { $0.count > 0 }
    return Part(
      name: name, folder: folder, classes: hasClasses ? classes : [], unlabeled: hasClasses ? [] : folder.images)
  }

  private mutating func describe(_ layout: FolderLayout?) {
    let classes = classNames.isEmpty ? "no class folders" : "\(classNames.count) classes"
    let within = passed.isEmpty ? "" : " in \(passed)"
    let hint = layout == nil ? "; --layout says it otherwise" : ""
    if let first = parts.first, parts.count > 1 || first.name != "all" {
      let names = parts.map {
        ExactText($0.name) == ExactText($0.folder.name) ? $0.name : "\($0.folder.name) as \($0.name)"
      }
      understood =
        "folders\(within) read as the split\(names.count == 1 ? "" : "s") \(names.joined(separator: ", ")) with \(classes)\(hint)"
    } else if classNames.isEmpty {
      understood = "images\(within) read without labels, as one split\(hint)"
    } else {
      understood =
        "folders\(within) read as \(classNames.count == 1 ? "one class" : classes) (\(Self.list(classNames))), "
        + "no splits\(hint)"
    }
  }

  /// The first few names, on one line.
  private static func list(_ names: [String]) -> String {
    let line = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", ..." : "")
    return String(line.map { $0.isNewline ? " " : $0 })
  }
}
