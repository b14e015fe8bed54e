/// Finds differences between the software that began a file and this run's that may change rows.
enum SoftwareDifference {
  /// The entries that change no row: the command line, the system, and the library that only stores.
  private static let harmless: Set<String> = ["command", "merged", "converted", "system", "hdf5"]

  /// One line per difference, with the file's name.
  static func notices(file: StoredFile, asked: FeatureFilePlan) -> [String] {
    Set(file.software.keys).union(asked.software.keys).subtracting(harmless).sorted().compactMap { key in
      let (old, new) = (file.software[key], asked.software[key])
      guard let old, let new, old != new else { return nil }
      return
        "\(file.path) was begun with \(key) \(old) and is finished with \(new): rows may differ in their last digits; "
        + "give --overwrite to compute all of them anew"
    }
  }
}
