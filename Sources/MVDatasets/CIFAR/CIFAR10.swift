public import Foundation
public import MVCore

/// CIFAR-10 in its official binary form, `data_batch_1.bin` and on, `test_batch.bin`, or its Python form: 32 x 32 RGB.
///
/// Each binary record is one label byte and 3,072 bytes of planes, red, green, blue (Krizhevsky, 2009). The batches that
/// are there are used; the notices say where that is not all of them.
public struct CIFAR10: ImageSource {
  private let records: CIFARRecords

  /// What the source holds.
  public var contents: SourceContents { records.contents }

  /// Opens `directory`, or the official folder within it; an archive of it (`.tar.gz`) is read in place.
  ///
  /// Throws where there is no batch, where one between others is missing, is cut off, or holds a label above 9.
  public init(directory: URL) throws(MVError) { records = try CIFARRecords(directory, .cifar10) }

  /// Reads the images of `rows` of a split.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    records.images(rows, of: split)
  }
}
