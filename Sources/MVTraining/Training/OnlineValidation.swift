internal import MVCore
internal import MVEvaluation
internal import MVStore

/// Scores embeddings during training: k-NN and a linear probe learn from some train images and are tested on others.
///
/// The encoder trains on all of these images, without their labels; test images are never touched.
struct OnlineValidation {
  private static let mostKnown = 5000
  private static let mostAsked = 1000

  private let known: [Int]
  private let asked: [Int]
  private let labels: [Int64]

  /// Chooses the images by `seed`: a tenth of the labeled ones, at most 1000, to test on, and at most 5000 others.
  ///
  /// Returns nil where fewer than 50 images have labels, or all have the same label.
  init?(of data: TrainingData, seed: UInt64) {
    let labeled = data.labels.indices.filter { data.labels[$0] >= 0 }
    guard labeled.count >= 50, Set(data.labels.filter { $0 >= 0 }).count > 1 else { return nil }
    var generator = SeededGenerator(seed: seed, keys: RandomStream.validation.rawValue)
    let order = generator.permutation(of: labeled.count).map { labeled[$0] }
    let questions = min(Self.mostAsked, order.count / 10)
    asked = order.prefix(questions).sorted()
    known = order.dropFirst(questions).prefix(Self.mostKnown).sorted()
    labels = data.labels
  }

  /// Embeds the chosen images and scores them; throws where embedding or scoring fails.
  func scores(of embedder: Embedder, on data: TrainingData) throws(MVError) -> ValidationScores {
    let train = try features(of: known, embedder, data, name: "train part")
    let test = try features(of: asked, embedder, data, name: "validation part")
    var settings = StandardScores.Settings()
    settings.lambdas = .logarithmic(1e-5...1e-1, count: 5)
    let scores = try StandardScores(train: train, test: test, settings)
    return ValidationScores(neighbors: scores.neighborTop1, probe: scores.probeTop1)
  }

  private func features(
    of rows: [Int], _ embedder: Embedder, _ data: TrainingData, name: String
  ) throws(MVError) -> LabeledFeatures {
    var values: [Float] = []
    values.reserveCapacity(rows.count * embedder.columns)
    for start in stride(from: 0, to: rows.count, by: 256) {
      values += try embedder.embed(data.images(Array(rows[start..<min(start + 256, rows.count)]))).values
    }
    let matrix = FeatureMatrix(Matrix(rows: rows.count, columns: embedder.columns, values: values), name: "embedding")
    return try LabeledFeatures([matrix], labels: .single(rows.map { labels[$0] }), name: name)
  }
}

extension Trainer {
  /// Whether a run on these images logs scores before its end: enough of them have labels, of several classes.
  package static func scoresOnTheWay(of data: TrainingData) -> Bool { OnlineValidation(of: data, seed: 0) != nil }
}
