public import Foundation
public import MVCore
internal import MVFiles

/// Images from a NumPy file: N x H x W, N x H x W x 1|3 or N x 1|3 x H x W, uint8 or float32.
///
/// Floats are used as they are. Labels come from a second file of N int64, int32 or uint8 values; without one, all are
/// -1. The only split is called `all`.
public struct NumPyImages: ImageSource {
  /// What the source holds: its one split, its place.
  public let contents: SourceContents
  private let array: NumPyArray
  private let channelsFirst: Bool

  /// Opens `file`, and `labels` where given.
  ///
  /// Throws for another element type or number of axes, for no images, and where the numbers of labels and images
  /// differ or a label is below -1.
  public init(file: URL, labels labelFile: URL? = nil) throws(MVError) {
    array = try NumPyArray(contentsOf: file)
    guard array.element == .uint8 || array.element == .float32 else {
      throw .badData(
        file.path, "holds \(array.element) values, images are uint8 or float32",
        remedy: "convert it with numpy's .astype")
    }
    let axes = array.shape
    let channelsLast = axes.count == 4 && (axes[3] == 3 || axes[3] == 1)
    channelsFirst = axes.count == 4 && !channelsLast && (axes[1] == 3 || axes[1] == 1)
    guard axes.count == 3 || channelsLast || channelsFirst, !axes.contains(0) else {
      throw .badData(
        file.path, "has shape (\(axes.map(String.init).joined(separator: ", ")))",
        remedy: "images are N x H x W, N x H x W x 3 or N x 3 x H x W with N, H, W of at least 1")
    }
    let shape =
      channelsFirst
      ? ImageShape(height: axes[2], width: axes[3], channels: axes[1])
      : ImageShape(height: axes[1], width: axes[2], channels: axes.count == 4 ? axes[3] : 1)
    var fingerprint = Fingerprint()
    fingerprint.add(file: file, named: file.lastPathComponent)
    var labels = [Int64](repeating: -1, count: axes[0])
    var notices: [String] = []
    if let labelFile {
      labels = try Self.labels(labelFile, count: axes[0])
      fingerprint.add(file: labelFile, named: labelFile.lastPathComponent)
    } else {
      notices = ["no labels: give them as npy:IMAGES.npy,LABELS.npy"]
    }
    let split = SourceSplit(
      name: "all", shape: shape, hasFloatPixels: array.element == .float32, labels: .single(labels),
      ids: (0..<axes[0]).lazy.map { "\(file.lastPathComponent)#\($0)" })
    contents = SourceContents(
      name: "npy", location: file.path, splits: [split], fingerprint: fingerprint.text, notices: notices)
  }

  private static func labels(_ file: URL, count: Int) throws(MVError) -> [Int64] {
    let array = try NumPyArray(contentsOf: file)
    guard array.shape == [count] else {
      throw .badData(
        file.path, "has shape (\(array.shape.map(String.init).joined(separator: ", "))) for \(count) images",
        remedy: "labels are one whole number an image")
    }
    let labels: [Int64] =
      switch array.element {
      case .int64: try array.values(as: Int64.self)
      case .int32: try array.values(as: Int32.self).map(Int64.init)
      case .uint8: try array.values(as: UInt8.self).map(Int64.init)
      default:
        throw .badData(file.path, "holds \(array.element) values", remedy: "labels are int64: convert with .astype")
      }
    if let row = labels.firstIndex(where: { $0 < -1 }) {
      throw .badData(file.path, "label \(row) is \(labels[row])", remedy: "labels are 0 and up, -1 for unlabelled")
    }
    return labels
  }

  /// Reads the images of `rows`; throws where the file cannot be read or a value is not finite.
  public func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    let shape = split.shape
    let range = rows.lowerBound * shape.count..<rows.upperBound * shape.count
    if array.element == .uint8 {
      let values = try array.values(range, as: UInt8.self)
      return ImageBatch(count: rows.count, shape: shape, pixels: .uint8(try interleaved(values, rows.count, shape)))
    }
    let values = try array.values(range, as: Float.self)
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw .badData(
        split.ids[rows.lowerBound + bad / shape.count], "holds \(values[bad])", remedy: "images must be finite")
    }
    return ImageBatch(count: rows.count, shape: shape, pixels: .float32(try interleaved(values, rows.count, shape)))
  }

  private func interleaved<Value: BitwiseCopyable>(
    _ values: [Value], _ count: Int, _ shape: ImageShape
  ) throws(MVError) -> [Value] {
    guard channelsFirst, shape.channels > 1 else { return values }
    let plane = shape.height * shape.width
    return try LargeArray.make(values.count, for: "images of \(contents.location)") {
      (buffer: UnsafeMutableBufferPointer<Value>) in
      for image in 0..<count {
        for channel in 0..<shape.channels {
          for pixel in 0..<plane {
            (buffer.baseAddress! + image * shape.count + pixel * shape.channels + channel)
              .initialize(to: values[image * shape.count + channel * plane + pixel])
          }
        }
      }
    }
  }
}
