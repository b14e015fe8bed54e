internal import MVCore

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
