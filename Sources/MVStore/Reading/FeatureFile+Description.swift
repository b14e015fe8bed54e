internal import Foundation
public import MVCore

extension FeatureFile {
  /// The content and origin of the file.
  public var description: FeatureFileDescription {
    let splits = stored.splits.map { FeatureFileDescription.Split($0) }
    return FeatureFileDescription(
      path: url.path, bytes: stored.size, version: stored.version, dataset: stored.dataset, location: stored.location,
      source: stored.source, fingerprint: stored.fingerprint, classNames: stored.classNames, settings: stored.settings,
      software: stored.software, created: stored.created, shard: stored.shard, sources: stored.sources,
      isComplete: splits.allSatisfy { split in split.representations.allSatisfy { $0.doneRows == split.rows } },
      splits: splits, additions: stored.additions.isEmpty ? nil : stored.additions)
  }

  /// What is worth telling whoever uses the file, one line each, such as what other programs have added; empty mostly.
  public var notices: [String] { stored.notices }

  /// Whether every row of every representation is finished.
  public var isComplete: Bool { stored.isComplete }
}

extension FeatureFileDescription {
  /// The source that is recorded, as a value such as `SourceRequest` of MVDatasets; nil where none is.
  ///
  /// Throws where what is recorded is not a `Value`.
  public func source<Value: Decodable>(as type: Value.Type) throws(MVError) -> Value? {
    guard let source else { return nil }
    guard let value = source.value(as: type) else {
      throw .badData(
        path, "records a source that is of a newer version, or damaged: \(source.json)",
        remedy: "use a newer mvmr, or extract it again")
    }
    return value
  }
}

extension FeatureFileDescription.Split {
  fileprivate init(_ split: StoredSplit) {
    name = split.name
    rows = split.rows
    switch split.labels {
    case .single(let values):
      labeledRows = values.count { $0 >= 0 }
      labelClasses = nil
    case .multi(_, let classes):
      labeledRows = split.rows
      labelClasses = classes
    }
    skippedIDs = split.skipped.indices.filter { split.skipped[$0] == 1 }.map { split.ids[$0] }
    representations = split.features.indices.map { column in
      let features = split.features[column]
      let done = split.doneRows(of: column)
      return FeatureFileDescription.Representation(
        name: features.plan.name, representation: features.plan.representation, settings: features.plan.settings,
        shape: features.plan.shape, axes: features.plan.axes, dtype: features.element, sketch: features.plan.sketch,
        bytes: split.rows * features.rowBytes, isPacked: split.rows > 0 && features.pieces.isEmpty, doneRows: done,
        doneFraction: split.rows == 0 ? 1 : Double(done) / Double(split.rows))
    }
  }
}
