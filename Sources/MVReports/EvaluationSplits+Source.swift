public import MVCore
public import MVDatasets
public import MVEvaluation

extension EvaluationSplits {
  /// Chooses among the splits of a source before its images are read; only among `names` where these are given.
  ///
  /// Throws as ``init(of:place:train:test:)`` does; where nothing has a label, folders may have been taken for splits
  /// that are classes, and the error says how to say that.
  public init(
    of source: any ImageSource, among names: [String]? = nil, train: String? = nil, test: String? = nil
  ) throws(MVError) {
    let splits = source.splits.filter { names?.contains($0.name) ?? true }.map { Candidate($0.name, $0.labels) }
    do throws(MVError) {
      try self.init(of: splits, place: source.contents.location, train: train, test: test)
    } catch {
      guard let request = source.contents.request, request.kind == "folder", request.layout == nil,
        request.place.count == 1, splits.contains(where: { !$0.hasLabels })
      else { throw error }
      let read = splits.map(\.name).joined(separator: ", ")
      throw MVError(
        error.kind, error.subject, "\(error.problem) (read as \(read))",
        remedy: "\(error.remedy); if its folders are classes, give --layout classes", cause: error.cause)
    }
  }
}
