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
    data = try data.scaling(settings.representationScales)
    let stored = data.targets.filter { if case .stored = $0.origin { true } else { false } }.map(\.name)
    try check(settings.representationScales, "representation_scales", among: stored)
    try check(settings.representationWeights, "representation_weights", among: data.targets.map(\.name))
    let size = ImageSize(height: data.shape.height, width: data.shape.width)
    return try data.adding(
      settings.teachers.map { (teacher) throws(MVError) in try Teacher(teacher, imageSize: size) })
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
