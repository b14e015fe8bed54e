public import Foundation
public import MVCore

/// CIFAR-100, 32 x 32 RGB: its binary form, `train.bin` and `test.bin`, or its Python form.
///
/// Each binary record is a coarse label, a fine label and 3,072 bytes of planes, red, green, blue (Krizhevsky, 2009).
public struct CIFAR100: ImageSource {
  /// The two kinds of label, of which the source uses one.
  public enum Labels: String, Hashable, Sendable, CaseIterable {
    /// One of 100 classes.
    case fine
    /// One of 20 groups of five classes each; known as CIFAR-20.
    case coarse
  }

  private let records: CIFARRecords

  /// What the source holds; its name is `cifar100`, or `cifar20` with coarse labels.
  public var contents: SourceContents { records.contents }

  /// Opens `directory`, or the official folder within it; an archive of it (`.tar.gz`) is read in place.
  ///
  /// Class names are read from `fine_label_names.txt` or `coarse_label_names.txt` (in the Python form from `meta`).
  /// Throws where neither split is there, a file is cut off, or a label is out of range.
  public init(directory: URL, labels: Labels = .fine) throws(MVError) {
    records = try CIFARRecords(directory, .cifar100(fine: labels == .fine))
  }

  /// Reads the images of `rows` of a split; never throws, since the files are checked and mapped when they are opened.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    records.images(rows, of: split)
  }
}
