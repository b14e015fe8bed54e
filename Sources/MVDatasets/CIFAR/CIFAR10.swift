public import Foundation
public import MVCore

/// CIFAR-10, 32 x 32 RGB: its binary form, `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, or its Python
/// form.
///
/// Each binary record is one label byte and 3,072 bytes of planes, red, green, blue (Krizhevsky, 2009). The batches
/// that are present are used; a notice says so if some are missing.
public struct CIFAR10: ImageSource {
  private let records: CIFARRecords

  /// What the source holds: splits, class names, place.
  public var contents: SourceContents { records.contents }

  /// Opens `directory`, or the official folder within it; an archive of it (`.tar.gz`) is read in place.
  ///
  /// Throws where there is no batch, one between others is missing, one is cut off, or a label is above 9.
  public init(directory: URL) throws(MVError) { records = try CIFARRecords(directory, .cifar10) }

  /// Reads the images of `rows` of a split; never throws, since the files are checked and mapped when they are opened.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    records.images(rows, of: split)
  }
}
