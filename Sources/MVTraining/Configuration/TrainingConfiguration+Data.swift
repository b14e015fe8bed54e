internal import Foundation
public import MVCore
public import MVDatasets
internal import MVImaging
internal import MVRepresentations
public import MVStore

extension TrainingConfiguration {
  /// The images of `source` to train on, and the representations of them in the feature files that are named.
  ///
  /// The split is ``split``, else `train`, else the only one. Images whose rows a feature file marks as skipped are
  /// left out, and a notice counts them. Throws where the split is not there, where a feature file cannot be read, is
  /// not of these images, or is not what ``expected`` asks for, and where an image cannot be read. Images that fit into
  /// `cacheLimit` bytes are read at once.
  public func data(of source: any ImageSource, cacheLimit: Int = 4 << 30) throws(MVError) -> TrainingData {
    let names = source.splits.map(\.name)
    let chosen = try source.split(split ?? (names.count == 1 ? names[0] : "train"))
    let files = try features.map { (path) throws(MVError) in try FeatureFile(reading: URL(filePath: path)) }
    try check(files, of: source)
    let skipped = Set(files.flatMap { file in file.splits.first { $0.name == chosen.name }?.skipped ?? [] })
    let rows = skipped.isEmpty ? nil : (0..<chosen.count).filter { !skipped.contains($0) }
    var targets: [TrainingTarget] = []
    for file in files { targets += try TrainingTarget.targets(in: file, of: source, split: chosen, keeping: rows) }
    let part = try rows.map { (rows) throws(MVError) in try SelectedRows(source, keeping: [chosen.name: rows]) }
    let images: any ImageSource = part ?? source
    let learned = try images.split(chosen.name)
    let survey = ImageSurvey(of: images, splits: [learned])
    try survey.requireOneSize()
    var data = try TrainingData(
      source: images, split: learned, targets: targets, viewsFrom: settings.keptViews, cacheLimit: cacheLimit)
    data.notices = files.flatMap(\.notices) + survey.notices
    if !skipped.isEmpty {
      data.notices.append(
        "\(skipped.count) of \(chosen.count) images left out: their rows in the feature files are marked as skipped")
    }
    if let request = source.contents.request {
      data.origin = TrainingOrigin(source: request, split: chosen.name, features: features)
      for teacher in settings.teachers {
        data.origin?.teachers[teacher.label] = URL(filePath: teacher.path).standardizedFileURL.path
      }
    }
    return data
  }

  /// Checks that `files` hold the ``expected`` representations that the loss uses.
  ///
  /// Throws where one is missing, has other settings, or is of images that are normalized otherwise; the error says how
  /// to make the file.
  public func check(_ files: [FeatureFile], of source: any ImageSource) throws(MVError) {
    let place = self.source ?? source.contents.request?.description ?? source.contents.location
    guard let command = extractCommand(source: place) else { return }
    let chosen = settings.representations
    for wanted in expected where chosen.includes(wanted.storedName) {
      guard let file = files.first(where: { $0.representations.contains { $0.name == wanted.storedName } }),
        let plan = file.representations.first(where: { $0.name == wanted.storedName })
      else {
        throw .usage(
          "representation \(wanted.storedName)", "is in no feature file that was given",
          remedy: "make one by: \(command), and give it as --features")
      }
      for (key, value) in wanted.settings.sorted(by: { $0.key < $1.key }) where plan.settings[key] != value {
        let found = plan.settings[key].map { "\(key)=\($0)" } ?? "no \(key)"
        throw .badData(
          file.url.path, "holds \(wanted.storedName) with \(found), the configuration asks for \(key)=\(value)",
          remedy: "make another by: \(command)")
      }
      try checkNormalization(of: wanted.storedName, in: file, of: source, command)
    }
  }

  /// Files of version 0.1 do not record how their images were normalized: their fingerprint must be that of these
  /// images so normalized.
  private func checkNormalization(
    of name: String, in file: FeatureFile, of source: any ImageSource, _ command: String
  ) throws(MVError) {
    let wanted = expectedNormalization
    guard wanted != .none else { return }
    let description = file.description
    let problem: String
    if let request = try description.source(as: SourceRequest.self) {
      guard request.normalization != wanted else { return }
      problem = "holds \(name) of images that are not normalized by \(wanted.rawValue)"
    } else {
      guard description.fingerprint != source.contents.fingerprint(normalizedBy: wanted) else { return }
      problem = "does not say that its \(name) is of these images, normalized by \(wanted.rawValue)"
    }
    throw .badData(file.url.path, problem, remedy: "make another by: \(command)")
  }
}
