public import MVCore
public import MVDatasets

/// Keeps folders that a command makes apart from those that its images are read from.
public enum ImagesPlace {
  /// Throws a usage error where the folder `output` is one of the images', or would be read as one of their classes.
  ///
  /// `option` is what names it. To be called before anything is made there.
  public static func check(
    _ output: String, option: String = "--output", apartFrom contents: SourceContents
  ) throws(MVError) {
    let images = contents.request.map { "\($0)" } ?? contents.location
    if contents.isRead(from: output) {
      throw .usage(output, "is where the images of \(images) lie", remedy: "give a folder of its own by \(option)")
    }
    guard contents.wouldRead(folderAt: output) else { return }
    throw .usage(
      output, "lies among the images of \(images), where a folder is read as a class",
      remedy: "give a folder outside of them by \(option)")
  }
}
