internal import MVFiles

extension SourceContents {
  /// Whether `path` is a folder that the images are read from, by whatever name.
  package func isRead(from path: String) -> Bool {
    guard let place = SystemPath(path).status?.place else { return false }
    return request?.paths.contains { SystemPath($0).status?.place == place } ?? false
  }

  /// Whether a folder made at `path` would be read with the images: as a class, a split, or a folder in one.
  ///
  /// Hidden folders are not, nor what lies beside split folders, nor any folder where a list says which are read.
  package func wouldRead(folderAt path: String) -> Bool {
    guard let request, request.readsEveryFolder else { return false }
    return request.paths.contains { root in
      guard let names = Self.names(of: path, below: root), let first = names.first,
        !names.contains(where: ImageNames.isPassedOver)
      else { return false }
      let hasSplitFolders = request.splitNames.isEmpty && splits.map(\.name) != ["all"]
      return !hasSplitFolders || splits.contains { $0.ids.contains { FileTree.split($0).first == first } }
    }
  }

  /// The names that lead from the folder `root` to `path`, which may not be there yet; nil where it does not lie below.
  private static func names(of path: String, below root: String) -> [String]? {
    guard let top = SystemPath(root).status, top.isFolder else { return nil }
    // A link may lead to what is still to be made.
    var place = SystemPath.absolute(OutputPath.resolved(path))
    var names: [String] = []
    func rise() {
      let slash = place.utf8.lastIndex(of: 0x2F) ?? place.startIndex
      names.insert(String(place[place.utf8.index(after: slash)...]), at: 0)
      place = slash == place.startIndex ? "/" : String(place[..<slash])
    }
    while place != "/", SystemPath(place).status == nil { rise() }
    // From there on without links, which lead from one folder to another.
    place = SystemPath.resolved(place)
    while SystemPath(place).status?.place != top.place {
      guard place != "/" else { return nil }
      rise()
    }
    return names
  }
}

extension SourceRequest {
  /// Whether every folder in ``paths`` is looked into, and none is chosen by a list.
  var readsEveryFolder: Bool {
    let readsFolders = Self.kinds.first { $0.name == kind }?.readsFolders ?? false
    return readsFolders && (place.count == 1 || !splitNames.isEmpty)
  }
}
