/// What the folders in a folder of images mean, where a person says it.
public enum FolderLayout: String, Hashable, Sendable, Codable, CaseIterable {
  /// Each is a class.
  case classes
  /// Each is a split, which holds class folders, or images without labels.
  case splits
  /// Nothing: all images, however deep, are of one split, without labels.
  case flat
}
