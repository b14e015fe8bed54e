public import MVCore
public import MVDatasets
internal import MVImaging
internal import MVNetworks
internal import MVStore

/// The images that a run trains on, as 8-bit RGB, and their representations.
public struct TrainingData: Sendable {
  private enum Storage: Sendable {
    case memory([UInt8])
    case source(any ImageSource, SourceSplit)
  }

  /// The name of the images in errors and logs.
  public let name: String
  /// The number of images.
  public let count: Int
  /// The shape of every image; it has three channels.
  public let shape: ImageShape
  /// The class of each image, -1 where unknown; it is used to score embeddings, never to train.
  public let labels: [Int64]
  /// The representations that the embedding is made dependent on, in order.
  public let targets: [TrainingTarget]
  /// Where the images and representations can be found again, recorded in checkpoints; nil where that is not known.
  public var origin: TrainingOrigin?
  /// What is worth telling of the feature files, one line each; empty mostly.
  public var notices: [String] = []
  private let storage: Storage

  /// Creates data from images in memory: 8-bit or 0...1 floats, gray or RGB.
  ///
  /// Throws where a representation or the labels do not have one row per image, or where two representations have one
  /// name.
  public init(
    images: ImageBatch, labels: [Int64] = [], name: String = "images", targets: [TrainingTarget]
  ) throws(MVError) {
    guard labels.isEmpty || labels.count == images.count else {
      throw .badData(name, "has \(labels.count) labels and \(images.count) images", remedy: "give one label an image")
    }
    self.labels = labels
    self.name = name
    count = images.count
    shape = try images.shape.inColor(name)
    storage = .memory(try images.bytesInColor(name))
    self.targets = targets
    try check()
  }

  /// Creates data from a split of a source.
  ///
  /// Its images are read once and kept if they fit into `cacheLimit` bytes; otherwise they are read whenever a batch
  /// needs them. Throws as `init(images:)` does, and where an image cannot be read.
  public init(
    source: any ImageSource, split: SourceSplit, targets: [TrainingTarget], cacheLimit: Int = 4 << 30
  ) throws(MVError) {
    let name = "\(source.contents.location) \(split.name)"
    self.name = name
    count = split.count
    shape = try split.shape.inColor(source.contents.location)
    if case .single(let values) = split.labels { labels = values } else { labels = [] }
    self.targets = targets
    if split.count * shape.count <= cacheLimit {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(split.count * shape.count)
      for start in stride(from: 0, to: split.count, by: 256) {
        bytes += try Self.bytes(start..<min(start + 256, split.count), of: split, in: source, name)
      }
      storage = .memory(bytes)
    } else {
      storage = .source(source, split)
    }
    try check()
  }

  /// The same images with the representations called `names`, in that order; `pixels` and `augment` are always
  /// available.
  ///
  /// Throws where a representation is missing.
  func selecting(_ names: [String]) throws(MVError) -> TrainingData {
    var chosen: [TrainingTarget] = []
    let all = targets + [TrainingTarget.pixels, .augmented].filter { own in !targets.contains { $0.name == own.name } }
    for name in names {
      guard let target = all.first(where: { $0.name == name }) else {
        throw .usage(
          "representation \(name)", "is not there", remedy: "there are \(all.map(\.name).joined(separator: ", "))")
      }
      chosen.append(target)
    }
    return try TrainingData(copying: self, targets: chosen)
  }

  /// The same images and representations, followed by teachers.
  func adding(_ teachers: [Teacher]) throws(MVError) -> TrainingData {
    try TrainingData(copying: self, targets: targets + teachers.map { .teacher($0) })
  }

  /// The same data with factors on representations and teachers, by name, in the place of their own.
  func scaling(_ scales: [String: Double]) throws(MVError) -> TrainingData {
    try TrainingData(copying: self, targets: targets.map { $0.scaled(by: scales[$0.name] ?? $0.scale) })
  }

  /// The fingerprint of each teacher's file, by the teacher's name; nil without teachers.
  var teacherFingerprints: [String: String]? {
    let pairs = targets.compactMap { target in
      if case .teacher(let teacher) = target.origin { (target.name, teacher.fingerprint) } else { nil }
    }
    return pairs.isEmpty ? nil : Dictionary(pairs) { first, _ in first }
  }

  private init(copying data: TrainingData, targets: [TrainingTarget]) throws(MVError) {
    name = data.name
    count = data.count
    shape = data.shape
    storage = data.storage
    labels = data.labels
    origin = data.origin
    notices = data.notices
    self.targets = targets
    try check()
  }

  private func check() throws(MVError) {
    var names: Set<String> = []
    for target in targets {
      guard names.insert(target.name).inserted else {
        throw .usage("representation \(target.name)", "is given twice", remedy: "give each once")
      }
      guard case .stored(let rows) = target.origin else { continue }
      guard rows.rows == count else {
        throw .badData(
          "representation \(target.name)", "has \(rows.rows) rows, \(name) has \(count) images",
          remedy: "extract it from the same data set and split")
      }
      guard rows.columns > 0 else {
        throw .badData("representation \(target.name)", "has no columns", remedy: "extract it again")
      }
    }
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

  /// The images at `indices`, in that order.
  func images(_ indices: [Int]) throws(MVError) -> ImageBatch {
    var pixels = [UInt8](repeating: 0, count: indices.count * shape.count)
    var failure: MVError?
    pixels.withUnsafeMutableBufferPointer { buffer in
      for (place, index) in indices.enumerated() where failure == nil {
        let part = UnsafeMutableBufferPointer(rebasing: buffer[place * shape.count..<(place + 1) * shape.count])
        do throws(MVError) { try copyImage(index, into: part) } catch { failure = error }
      }
    }
    if let failure { throw failure }
    return ImageBatch(count: indices.count, shape: shape, pixels: .uint8(pixels))
  }

  /// Copies the image at `index`; throws where it cannot be read.
  func copyImage(_ index: Int, into target: UnsafeMutableBufferPointer<UInt8>) throws(MVError) {
    switch storage {
    case .memory(let bytes):
      bytes.withUnsafeBufferPointer { bytes in
        _ = target.update(fromContentsOf: bytes[index * shape.count..<(index + 1) * shape.count])
      }
    case .source(let source, let split):
      let image = try Self.bytes(index..<index + 1, of: split, in: source, name)
      _ = target.update(fromContentsOf: image)
    }
  }
}
