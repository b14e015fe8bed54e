internal import Foundation
internal import MVCore
internal import MVPages
internal import MVTraining

/// What a report says of a run.
enum RunFacts {
  /// What the encoder is: its run, how far it had come, and how it was trained.
  static func facts(of url: URL) throws(MVError) -> [FactList.Fact] {
    let checkpoint = try Checkpoint(contentsOf: url)
    let (place, settings) = (checkpoint.place, checkpoint.settings)
    let defaults = Dictionary(uniqueKeysWithValues: TrainingSettings().settingTable.map { ($0.name, $0.text) })
    let changed = settings.settingTable.filter { defaults[$0.name] != $0.text }.map { "\($0.name)=\($0.text)" }
    let folder = url.standardizedFileURL.deletingLastPathComponent().lastPathComponent
    return [
      .init(
        "run",
        ["\(folder), \(url.lastPathComponent)", "epoch \(place.epoch) of \(settings.epochs), step \(place.step)"]),
      .init("encoder", ["\(settings.encoder.words)\(settings.depth > 0 ? ", depth \(settings.depth)" : "")"]),
      .init(
        "trained on",
        [
          "\(place.images) images of \(place.imageShape)",
          place.representations.isEmpty ? "" : "to depend on \(place.representations.joined(separator: ", "))",
        ].filter { !$0.isEmpty }),
      .init("its settings", [changed.isEmpty ? "the defaults" : changed.joined(separator: ", ")]),
    ]
  }
}
