public import MVCore
public import MVDatasets
internal import MVImaging
internal import MVNetworks
internal import MVStore

/// The images that a run trains on, as 8-bit RGB, and their representations.
public struct TrainingData: Sendable {
  /// The name of the images in errors and logs.
  public var name: String { pictures.name }
  /// The number of images.
  public let count: Int
  /// The shape of every image; it has three channels.
  public var shape: ImageShape { pictures.shape }
  /// The class of each image, -1 where unknown; it is used to score embeddings, never to train.
  public let labels: [Int64]
  /// The representations that the embedding is made dependent on, in order.
  public let targets: [TrainingTarget]
  /// Where the images and representations can be found again, recorded in checkpoints; nil where that is not known.
  public var origin: TrainingOrigin?
  /// What is worth telling of the feature files, one line each; empty mostly.
  public var notices: [String] = []
  let pictures: TrainingImages

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
    count = images.count
    pictures = try TrainingImages(images, name: name)
    self.targets = targets
    try check()
  }

  /// Creates data from a split of a source.
  ///
  /// Its images are read once and kept if they fit into `cacheLimit` bytes; otherwise they are read whenever a batch
  /// needs them. For views that are cut of photographs, those are what is kept. Throws as `init(images:)` does, and
  /// where an image cannot be read.
  public init(
    source: any ImageSource, split: SourceSplit, targets: [TrainingTarget], viewsFrom: ViewOrigin = .photograph,
    cacheLimit: Int = 4 << 30
  ) throws(MVError) {
    count = split.count
    if case .single(let values) = split.labels { labels = values } else { labels = [] }
    self.targets = targets
    pictures = try TrainingImages(split, of: source, for: viewsFrom, cacheLimit: cacheLimit)
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

  /// The teachers, in order.
  var teachers: [Teacher] {
    targets.compactMap { target in
      if case .teacher(let teacher) = target.origin { teacher } else { nil }
    }
  }

  /// The fingerprint of each teacher's file, by the teacher's name; nil without teachers.
  var teacherFingerprints: [String: String]? {
    let pairs = targets.compactMap { target in
      if case .teacher(let teacher) = target.origin { (target.name, teacher.fingerprint) } else { nil }
    }
    return pairs.isEmpty ? nil : Dictionary(pairs) { first, _ in first }
  }

  private init(copying data: TrainingData, targets: [TrainingTarget]) throws(MVError) {
    count = data.count
    pictures = data.pictures
    labels = data.labels
    origin = data.origin
    notices = data.notices
    self.targets = targets
    try check()
  }

  private func check() throws(MVError) {
    try targets.map(\.name).requireEachOnce("representation")
    for target in targets {
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

  /// The plain images at `indices`, in that order; throws where one cannot be read.
  func images(_ indices: [Int]) throws(MVError) -> ImageBatch {
    var pixels = [UInt8](repeating: 0, count: indices.count * shape.count)
    let result: Result<Void, MVError> = pixels.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let target = buffer
      // Each place is written by one thread.
      return Result { () throws(MVError) -> Void in
        try Parallel.forEach(indices.count) { (place) throws(MVError) in
          let range = place * shape.count..<(place + 1) * shape.count
          try pictures.copyPlain(indices[place], into: UnsafeMutableBufferPointer(rebasing: target[range]))
        }
      }
    }
    try result.get()
    return ImageBatch(count: indices.count, shape: shape, pixels: .uint8(pixels))
  }
}
