public import MVCore
public import MVDatasets
public import MVStore

extension FeatureFilePlan {
  /// Plans a file of rows that are computed of the images of `splits`, which are splits of the source or parts of them.
  ///
  /// What the source says of itself is recorded: its name, place, request, classes and fingerprint. Throws where its
  /// request cannot be recorded.
  public init(
    of contents: SourceContents, splits: [SourceSplit], settings: [String: SettingValue],
    software: [String: String] = [:], element: ElementType = .float32, blockRows: Int = 256,
    representations: [RepresentationPlan]
  ) throws(MVError) {
    self.init(
      dataset: contents.name, location: contents.location,
      source: try contents.request.map { request throws(MVError) in try SourceRecord(request) },
      fingerprint: contents.fingerprint, classNames: contents.classNames, settings: settings, software: software,
      element: element, blockRows: blockRows, splits: splits.map { SplitPlan($0) }, representations: representations)
  }
}

extension SplitPlan {
  /// The rows of a split of a source: its name, labels and ids.
  public init(_ split: SourceSplit) { self.init(name: split.name, labels: split.labels, ids: split.ids) }
}
