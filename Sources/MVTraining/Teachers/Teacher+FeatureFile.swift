public import Foundation
public import MVCore
public import MVDatasets
public import MVStore

extension Teacher {
  /// Embeds splits of a source into a feature file, as a representation of the teacher's name, from where an earlier run
  /// stopped.
  ///
  /// A file of another teacher, or of the same fed otherwise, is refused. The rest is as for ``Embedder``.
  @discardableResult
  public func write(
    _ source: any ImageSource, splits: [String]? = nil, to url: URL, element: ElementType = .float32,
    overwrite: Bool = false, software: [String: String] = [:], isCancelled: () -> Bool = { false },
    progress: (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> Int {
    let file = EmbeddingFile(
      representation: RepresentationPlan(
        name: settings.label, representation: "teacher", settings: settings.inputSettings, shape: [columns],
        axes: ["feature"]), settings: ["teacher": .string(fingerprint)]
    ) { (images) throws(MVError) in try self.embed(images) }
    return try file.write(
      source, splits: splits, to: url, element: element, overwrite: overwrite, software: software,
      isCancelled: isCancelled, progress: progress)
  }
}
