internal import MVCore
internal import MVDatasets
internal import MVImaging
internal import Synchronization

/// The images that a run trains on: as the network sees them plain, and as random views are made of them.
struct TrainingImages: Sendable {
  private enum Storage: Sendable {
    /// Plain images, one after the other.
    case plain([UInt8])
    /// Whole photographs, of which plain images and views are cut.
    case photographs([RGBImage], Framing)
    case source(any ImageSource, SourceSplit)
  }

  /// The name of the images in errors.
  let name: String
  /// The shape of every plain image; it has three channels.
  let shape: ImageShape
  /// Whether the photographs that plain images are made of, where there are such, are not at hand for views.
  let isPlainOnly: Bool
  private let storage: Storage

  /// Takes images in memory: 8-bit or 0...1 floats, gray or RGB; throws for others.
  init(_ images: ImageBatch, name: String) throws(MVError) {
    self.name = name
    shape = try images.shape.inColor(name)
    isPlainOnly = false
    storage = .plain(try images.bytesInColor(name))
  }

  /// Takes the images of a split, read once where they fit into `cacheLimit` bytes, else whenever they are wanted.
  ///
  /// What is read once is what views are cut of. Throws where an image cannot be read.
  init(_ split: SourceSplit, of source: any ImageSource, for views: ViewOrigin, cacheLimit: Int) throws(MVError) {
    name = "\(source.contents.location) \(split.name)"
    shape = try split.shape.inColor(source.contents.location)
    let framing = split.hasFloatPixels ? nil : Self.framing(of: split, in: source)
    guard split.count * shape.count <= cacheLimit else {
      isPlainOnly = false
      storage = .source(source, split)
      return
    }
    isPlainOnly = framing != nil && views == .plain
    if !isPlainOnly, let framing, let photographs = source as? any PhotographSource {
      if source.contents.request?.decoding.method != .fast,
        let bytes = Self.size(of: split, in: photographs), bytes <= cacheLimit
      {
        storage = .photographs(try Self.photographs(of: split, in: photographs), framing)
      } else {
        storage = .source(source, split)
      }
    } else {
      storage = .plain(try Self.plain(of: split, in: source, name: name, imageSize: shape.count))
    }
  }

  /// Takes the images of a split, read whenever they are wanted; `shape` is theirs in color.
  init(reading split: SourceSplit, of source: any ImageSource, shape: ImageShape) {
    name = "\(source.contents.location) \(split.name)"
    self.shape = shape
    isPlainOnly = false
    storage = .source(source, split)
  }

  /// Copies the plain image at `index`; throws where it cannot be read.
  func copyPlain(_ index: Int, into target: UnsafeMutableBufferPointer<UInt8>) throws(MVError) {
    switch storage {
    case .plain(let bytes):
      bytes.withUnsafeBufferPointer { bytes in
        _ = target.update(fromContentsOf: bytes[index * shape.count..<(index + 1) * shape.count])
      }
    case .photographs:
      _ = target.update(fromContentsOf: try sample(index).plain().pixels)
    case .source(let source, let split):
      _ = target.update(fromContentsOf: try Self.bytes(index..<index + 1, of: split, in: source, name))
    }
  }

  /// The image at `index`, of which one view or several are wanted; throws where it cannot be read.
  func sample(_ index: Int, severalViews: Bool = true) throws(MVError) -> TrainingSample {
    switch storage {
    case .photographs(let images, let framing): return TrainingSample(ImageReader(images[index]), framing)
    case .source(let source as any PhotographSource, let split) where !split.hasFloatPixels:
      guard let photograph = source.photograph(of: index, in: split) else { return try plainSample(index) }
      let reader = try photograph.reader()
      reader.isForSeveralViews = severalViews
      return TrainingSample(reader, photograph.framing)
    case .plain, .source: return try plainSample(index)
    }
  }

  private func plainSample(_ index: Int) throws(MVError) -> TrainingSample {
    var pixels = [UInt8](repeating: 0, count: shape.count)
    let result: Result<Void, MVError> = pixels.withUnsafeMutableBufferPointer { buffer in
      Result { () throws(MVError) -> Void in try copyPlain(index, into: buffer) }
    }
    try result.get()
    return TrainingSample(ImageReader(RGBImage(height: shape.height, width: shape.width, pixels: pixels)), nil)
  }

  /// How plain images are made of photographs; nil where they are the photographs, or there are none.
  private static func framing(of split: SourceSplit, in source: any ImageSource) -> Framing? {
    guard split.count > 0, let source = source as? any PhotographSource else { return nil }
    return source.photograph(of: 0, in: split)?.framing
  }

  /// The bytes of all photographs decoded; nil where the size of one is not known without decoding it.
  private static func size(of split: SourceSplit, in source: any PhotographSource) -> Int? {
    let total = Mutex<Int?>(0)
    Parallel.forEach(split.count) { row in
      let size = source.photograph(of: row, in: split)?.size
      total.withLock { total in
        guard let sum = total, let size else { return total = nil }
        total = sum + size.height * size.width * 3
      }
    }
    return total.withLock { $0 }
  }

  private static func photographs(
    of split: SourceSplit, in source: any PhotographSource
  ) throws(MVError) -> [RGBImage] {
    let images = Mutex<[RGBImage?]>(Array(repeating: nil, count: split.count))
    try Parallel.forEach(split.count) { (row) throws(MVError) in
      guard let photograph = source.photograph(of: row, in: split) else { return }
      let image = try photograph.reader().image()
      images.withLock { $0[row] = image }
    }
    return images.withLock { $0.compactMap(\.self) }
  }

  private static func plain(
    of split: SourceSplit, in source: any ImageSource, name: String, imageSize: Int
  ) throws(MVError) -> [UInt8] {
    let (count, step) = (split.count, 64)
    nonisolated(unsafe) let all = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count * imageSize)
    defer { all.deallocate() }
    // Each part writes a range of its own.
    try Parallel.forEach((count + step - 1) / step) { (part) throws(MVError) in
      let rows = part * step..<min((part + 1) * step, count)
      let bytes = try Self.bytes(rows, of: split, in: source, name)
      let range = rows.lowerBound * imageSize..<rows.upperBound * imageSize
      _ = UnsafeMutableBufferPointer(rebasing: all[range]).update(fromContentsOf: bytes)
    }
    return Array(all)
  }

  /// The images of `rows` as 8-bit RGB; throws where one cannot be read, naming its row of the split.
  private static func bytes(
    _ rows: Range<Int>, of split: SourceSplit, in source: any ImageSource, _ name: String
  ) throws(MVError) -> [UInt8] {
    let images = try source.images(rows, of: split)
    do throws(MVError) { return try images.bytesInColor(name) } catch {
      guard let place = error.row else { throw error }
      throw error.at(row: rows.lowerBound + place, id: split.ids[rows.lowerBound + place])
    }
  }
}

/// One image of which the plain image and random views are wanted, on one thread.
struct TrainingSample {
  private let reader: ImageReader
  private let framing: Framing?

  fileprivate init(_ reader: ImageReader, _ framing: Framing?) {
    self.reader = reader
    self.framing = framing
  }

  /// The image as the network sees it plain; throws where its file is damaged.
  func plain() throws(MVError) -> RGBImage {
    try reader.image(framed: framing)
  }

  /// A random view of it, cut as `origin` says; throws where its file is damaged.
  func view(
    _ policy: AugmentationPolicy, from origin: ViewOrigin, using generator: inout SeededGenerator
  ) throws(MVError) -> RGBImage {
    origin == .photograph && policy.scalesCrops
      ? try policy.view(of: reader, using: &generator) : policy.apply(to: try plain(), using: &generator)
  }
}
