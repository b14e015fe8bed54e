internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVRepresentations

extension Command {
  /// `mvmr-bench representations`: images a second of representations, on random images or on those of a source.
  static let representations = Command(
    "representations", summary: "Images a second of representations",
    discussion: """
      Without --source, random RGB images of 32, 96 and 224 pixels. Peers/representations.py runs this beside scikit-image,
      OpenCV, kymatio and torch on the same images and prints the ratios:
        python3 Sources/mvmr-bench/Peers/representations.py --images FOLDER
      """,
    arguments: [
      .option("threads", "N", "threads", default: "all"),
      .option("representation", "NAME[:key=value,...]", "what to measure; default: all four", repeated: true),
      .option("source", "SOURCE", "images to measure on, the first split of it", repeated: true),
      .option("limit", "N", "images of a source", default: "512"),
      BenchmarkResults.option,
    ]
  ) { (arguments) throws(MVError) in
    let threads = try arguments.int("threads", in: 1...1024) ?? Parallel.processorCount
    var specifications = try arguments.all("representation").map { (text) throws(MVError) in
      try RepresentationSpecification(parsing: text)
    }
    if specifications.isEmpty { specifications = Catalogue.standard.defaults }
    let limit = try arguments.int("limit", in: 1...1_000_000) ?? 512
    var batches = try arguments.all("source").map { (text) throws(MVError) in
      let source = try SourceRequest(parsing: text).open()
      return try source.images(0..<min(limit, source.splits[0].count), of: source.splits[0])
    }
    if batches.isEmpty { batches = [(32, 512), (96, 128), (224, 32)].map { randomImages($1, side: $0) } }
    var results = BenchmarkResults("representations")
    for images in batches {
      for specification in specifications {
        let representation = try specification.make()
        let seconds = try medianSeconds(of: representation, on: images, threads: threads)
        results.add(
          BenchmarkResults.Figure(
            work: "\(specification) \(images.shape)", unit: .imagesPerSecond, ours: Double(images.count) / seconds))
      }
    }
    try results.print(arguments)
  }

  private static func randomImages(_ count: Int, side: Int) -> ImageBatch {
    var random = SeededGenerator(seed: 0)
    let shape = ImageShape(height: side, width: side, channels: 3)
    return ImageBatch(
      count: count, shape: shape,
      pixels: .uint8((0..<count * shape.count).map { _ in UInt8(truncatingIfNeeded: random.next()) }))
  }

  /// The median of seven passes after two to warm up; each thread takes parts of the batch.
  ///
  /// A pass takes the batch as often as lasts 20 ms, since one may be over before a thread has woken up.
  private static func medianSeconds(
    of representation: any Representation, on images: ImageBatch, threads: Int
  ) throws(MVError) -> Double {
    let columns = try representation.layout(for: images.shape).count
    let length = max(1, images.count / (4 * threads))
    let parts = stride(from: 0, to: images.count, by: length).map { images[$0..<min($0 + length, images.count)] }
    func pass(_ times: Int) throws(MVError) -> Double {
      try Measurement.seconds { () throws(MVError) in
        try Parallel.forEach(parts.count * times, threads: threads) { (index) throws(MVError) in
          let part = parts[index % parts.count]
          var rows = [Float](repeating: 0, count: part.count * columns)
          var span = rows.mutableSpan
          try representation.compute(part, into: &span)
        }
      } / Double(times)
    }
    _ = try pass(1)
    let once = try pass(1)
    let times = max(1, Int(0.02 / max(once, 1e-6)))
    var samples: [Double] = []
    for _ in 0..<7 { samples.append(try pass(times)) }
    return samples.middle
  }
}
