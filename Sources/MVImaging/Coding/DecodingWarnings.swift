internal import MVCore
internal import Synchronization

/// What codecs warned of in images that could be decoded all the same, for the programs to tell at their end.
///
/// Pillow decodes such files in silence. Of many only the first few are kept.
package enum DecodingWarnings {
  private struct Found {
    var files: Set<ExactText> = []
    var first: (name: String, warning: String)?
  }

  private static let most = 100_000
  private static let found = Mutex(Found())

  /// Takes what was warned of in a file, one warning a line.
  static func add(_ warnings: String, of name: String) {
    found.withLock { found in
      guard found.files.count < most, found.files.insert(ExactText(name)).inserted, found.first == nil else { return }
      found.first = (name, String(warnings.prefix { $0 != "\n" }))
    }
  }

  /// One line on all files that were warned of since the last call; nil where there were none.
  package static func take() -> String? {
    found.withLock { found in
      defer { found = Found() }
      guard let first = found.first else { return nil }
      let count = found.files.count
      guard count > 1 else { return "\(first.name) was decoded with a warning: \(first.warning)" }
      return "\(count) images were decoded with warnings, for example \(first.name): \(first.warning)"
    }
  }
}
