internal import MVCore
internal import MVNetworks

extension Learner {
  /// The data with the representations that the settings name, and their teachers behind them.
  ///
  /// Throws where a representation is missing, where a weight or a factor is for one that is not there, and where a
  /// teacher cannot be read.
  static func prepare(_ data: TrainingData, for settings: TrainingSettings) throws(MVError) -> TrainingData {
    var data = data
    switch settings.representations {
    case .all: break
    case .none: data = try data.selecting([])
    case .named(let names): data = try data.selecting(names)
    }
    // Before teachers are read, which takes longest.
    let names = data.targets.map(\.name) + settings.teachers.map(\.label)
    try check(settings.representationScales, "representation_scales", among: names)
    try check(settings.representationWeights, "representation_weights", among: names)
    for name in names where names.count(where: { $0 == name }) > 1 {
      throw .usage(
        "teacher \(name)", "is called like another teacher or representation in the loss",
        remedy: "give it a name of its own, as name=NAME, or leave the other out by representations")
    }
    let size = ImageSize(height: data.shape.height, width: data.shape.width)
    return try data.adding(
      settings.teachers.map { (teacher) throws(MVError) in try Teacher(teacher, imageSize: size) }
    ).scaling(settings.representationScales)
  }

  /// The classifier beside an encoder, of the classes of the labels; throws where there are none.
  static func onlineHead(
    for data: TrainingData, _ encoder: Encoder, _ settings: TrainingSettings
  ) throws(MVError) -> OnlineHead {
    guard let highest = data.labels.max(), highest > 0 else {
      throw .usage(
        "setting online_head=true", "wants labels of two classes, \(data.name) has none", remedy: "leave it out")
    }
    return try OnlineHead(
      classes: Int(highest) + 1, features: encoder.architecture.featureCount, rate: settings.onlineHeadLR,
      seed: UInt64(settings.seed))
  }

  private static func check(
    _ numbers: [String: Double], _ setting: String, among names: [String]
  ) throws(MVError) {
    for name in numbers.keys.sorted() where !names.contains(name) {
      throw .usage(
        "setting \(setting)", "names \(name), which is not in the loss",
        remedy: names.isEmpty ? "there is none in it" : "in it are \(names.joined(separator: ", "))")
    }
  }
}
