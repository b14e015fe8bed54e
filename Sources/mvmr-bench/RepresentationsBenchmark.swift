internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVRepresentations

extension Command {
  /// `mvmr-bench representations`: images a second of every default representation, at three sizes.
  static let representations = Command(
    "representations", summary: "Images a second of each representation on random RGB images of 32, 96 and 224 pixels",
    arguments: [
      .option("threads", "N", "threads", default: "all"),
      .option("representation", "NAME[:key=value,...]", "what to measure; default: all four", repeated: true),
    ]
  ) { (arguments) throws(MVError) in
    let threads = try arguments.int("threads", in: 1...1024) ?? Parallel.processorCount
    var specifications = try arguments.all("representation").map { (text) throws(MVError) in
      try RepresentationSpecification(parsing: text)
    }
    if specifications.isEmpty { specifications = Catalogue.defaults }
    for (side, count) in [(32, 512), (96, 128), (224, 32)] {
      let images = randomImages(count, side: side)
      for specification in specifications {
        let representation = try specification.make()
        let seconds = try medianSeconds(of: representation, on: images, threads: threads)
        print(String(format: "%@ %d\t%.1f images/s", "\(specification)", side, Double(count) / seconds))
      }
    }
  }

  private static func randomImages(_ count: Int, side: Int) -> ImageBatch {
    var random = SeededGenerator(seed: 0)
    let shape = ImageShape(height: side, width: side, channels: 3)
    return ImageBatch(
      count: count, shape: shape,
      pixels: .uint8((0..<count * shape.count).map { _ in UInt8(truncatingIfNeeded: random.next()) }))
  }

  /// The median of seven passes after a warm-up; each thread takes parts of the batch.
  private static func medianSeconds(
    of representation: any Representation, on images: ImageBatch, threads: Int
  ) throws(MVError) -> Double {
    let columns = try representation.layout(for: images.shape).count
    let length = max(1, images.count / (4 * threads))
    let parts = stride(from: 0, to: images.count, by: length).map { images[$0..<min($0 + length, images.count)] }
    var samples: [Double] = []
    for _ in 0..<8 {
      let start = ContinuousClock.now
      try Parallel.forEach(parts.count, threads: threads) { (part) throws(MVError) in
        var rows = [Float](repeating: 0, count: parts[part].count * columns)
        var span = rows.mutableSpan
        try representation.compute(parts[part], into: &span)
      }
      samples.append((ContinuousClock.now - start) / .seconds(1))
    }
    return samples.dropFirst().sorted()[3]
  }
}
