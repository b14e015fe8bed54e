internal import MVCore
internal import SystemHDF5

/// A file says what is read of it: nothing that lies in other files is read because a file names it.
extension HDF5Handle {
  /// Throws, naming it, where a member, or a group on the way to it, is a link to elsewhere; with `missing` where it is
  /// not there.
  func checkLinks(_ name: String, else missing: String) throws(MVError) {
    var path = ""
    for part in name.split(separator: "/") where part != "." {
      path += path.isEmpty ? "\(part)" : "/\(part)"
      switch mv_h5_link_kind(id, path) {
      case 0: break
      case 1: throw context.elsewhere("reaches \(path) by a soft link")
      case 2: throw context.elsewhere("reaches \(path) by a link to another file")
      default: throw context.failure(missing)
      }
    }
  }

  /// Throws where this data set is a virtual one.
  func checkNotVirtual(_ name: String) throws(MVError) {
    guard !isVirtual else { throw context.elsewhere("joins \(name) from other data sets") }
  }

  /// Throws where this virtual data set, called `name`, is joined of others than those of the same name in `sources`.
  ///
  /// So `mvmr merge` writes them, and whoever opens the file looks at each source as at the file itself.
  func checkSources(_ name: String, _ sources: [String]) throws(MVError) {
    // HDF5 takes a percent sign as the place of a number.
    let known = Set(sources.map { $0.replacing("%", with: "%%") })
    let count = mv_h5_virtual_count(id)
    guard count >= 0, count <= 1_000_000 else { throw context.failure("\(name) is unreadable") }
    var (file, set) = ([CChar](repeating: 0, count: 4096), [CChar](repeating: 0, count: 4096))
    for index in 0..<count {
      guard mv_h5_virtual_source(id, index, &file, &set, file.count) == 0 else {
        throw context.failure("\(name) is unreadable")
      }
      let (from, part) = (Self.text(file), Self.text(set))
      guard known.contains(from), part == "/" + name.replacing("%", with: "%%") else {
        throw context.elsewhere("joins \(name) from \(from), which is none of its sources")
      }
    }
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
