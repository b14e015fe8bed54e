public import Foundation
public import MVCore
public import MVDatasets
public import MVStore

extension Embedder {
  /// Embeds splits of a source into a feature file, under `name`, from where an earlier run stopped.
  ///
  /// `checkpoint` tells one encoder's file from another's: a file of other weights is refused. `isCancelled` is asked after
  /// each block of rows; then what is done is kept and an error of the kind `interrupted` is thrown. Returns the number of
  /// rows. Throws where an image cannot be read or the file cannot be written.
  @discardableResult
  public func write(
    _ source: any ImageSource, splits: [String]? = nil, to url: URL, name: String = "embedding", checkpoint: String,
    element: ElementType = .float32, overwrite: Bool = false, software: [String: String] = [:],
    isCancelled: () -> Bool = { false }, progress: (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> Int {
    let file = EmbeddingFile(
      representation: RepresentationPlan(
        name: name, representation: "embedding", settings: ["output": .string(output.rawValue)], shape: [columns],
        axes: ["feature"]), settings: ["checkpoint": .string(checkpoint)]
    ) { (images) throws(MVError) in try self.embed(images) }
    return try file.write(
      source, splits: splits, to: url, element: element, overwrite: overwrite, software: software,
      isCancelled: isCancelled, progress: progress)
  }
}
