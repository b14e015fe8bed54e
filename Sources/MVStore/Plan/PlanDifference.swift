internal import MVCore
internal import MVFiles

/// Finds the first difference between a file and what is asked for, in words.
enum PlanDifference {
  /// The difference as a sentence without its subject, which is the file; nil where there is none.
  ///
  /// Where the images were asked for otherwise, as in another size, that is the difference that is named.
  static func first(file: StoredFile, asked: FeatureFilePlan) -> String? {
    guard let found = firstFound(file, asked) else { return nil }
    guard file.dataset == asked.dataset, let stored = file.source, let source = asked.source else { return found }
    return stored.difference(from: source, of: "this run") ?? found
  }

  private static func firstFound(_ file: StoredFile, _ asked: FeatureFilePlan) -> String? {
    if let difference = first(file, asked, by: "this run") { return difference }
    if file.shard != asked.shard, file.shard?.name != asked.shard?.name {
      return "holds \(words(file.shard)), this run makes \(words(asked.shard))"
    }
    if let difference = borders(file.shard, asked.shard) { return difference }
    if file.splits.map(\.name) != asked.splits.map(\.name) {
      return
        "holds the splits \(file.splits.map(\.name).joined(separator: ", ")), this run asks for "
        + asked.splits.map(\.name).joined(separator: ", ")
    }
    for (stored, split) in zip(file.splits, asked.splits) {
      if let difference = first(stored, split) { return difference }
    }
    return source(file, asked, by: "this run")
  }

  /// The first difference between two shards of one whole, apart from the rows that they hold.
  static func first(file: StoredFile, other: StoredFile, called name: String) -> String? {
    if let difference = first(file, other.plan, by: name) { return difference }
    if let difference = source(file, other.plan, by: name) { return difference }
    if file.shard?.splits.map(\.name) != other.shard?.splits.map(\.name)
      || file.shard?.splits.map(\.total) != other.shard?.splits.map(\.total)
    {
      return "is a shard of other splits or numbers of rows than \(name)"
    }
    if file.splits[0].blockRows != other.splits[0].blockRows {
      return "has blocks of \(file.splits[0].blockRows) rows, \(name) of \(other.splits[0].blockRows)"
    }
    return nil
  }

  /// The first difference between the rows of two shards of one number; an earlier version dealt out whole blocks.
  private static func borders(_ file: ShardPlan?, _ asked: ShardPlan?) -> String? {
    guard let file, let asked, file != asked else { return nil }
    guard file.splits.map(\.name) == asked.splits.map(\.name) else {
      return
        "is a shard of the splits \(file.splits.map(\.name).joined(separator: ", ")), this run asks for "
        + asked.splits.map(\.name).joined(separator: ", ")
    }
    for (stored, split) in zip(file.splits, asked.splits) where stored != split {
      return
        "holds \(stored.rows) rows of \(stored.total) of \(split.name) from row \(stored.start) on, "
        + "this run makes \(split.rows) of \(split.total) from row \(split.start) on"
    }
    return nil
  }

  private static func words(_ shard: ShardPlan?) -> String { shard.map { "shard \($0.name)" } ?? "the whole" }

  /// The first difference in data set, representations, element type or settings.
  private static func first(_ file: StoredFile, _ asked: FeatureFilePlan, by run: String) -> String? {
    if file.dataset != asked.dataset {
      return "holds features of \(file.dataset), \(run) is of \(asked.dataset)"
    }
    let names = asked.representations.map(\.name)
    let stored = file.splits.first?.features ?? []
    if stored.map(\.plan.name) != names {
      return
        "holds the representations \(stored.map(\.plan.name).joined(separator: ", ")), \(run) asks for "
        + names.joined(separator: ", ")
    }
    for (features, representation) in zip(stored, asked.representations) {
      if let difference = first(features.plan, representation, by: run) {
        return "holds \(representation.name) with \(difference)"
      }
      if features.element != asked.element {
        return "holds \(features.element.rawValue), \(run) asks for \(asked.element.rawValue)"
      }
    }
    return first(file.settings, asked.settings, by: run).map { "was made with \($0)" }
  }

  /// The first difference in the state of the data set.
  private static func source(_ file: StoredFile, _ asked: FeatureFilePlan, by run: String) -> String? {
    let now = run == "this run" ? "the source has now" : "\(run) has"
    if file.classNames != asked.classNames { return "holds other class names than \(now)" }
    if file.fingerprint != asked.fingerprint {
      let other = run == "this run" ? "now" : run
      return
        "was made from another state of the source (fingerprint \(file.fingerprint), \(other) \(asked.fingerprint))"
    }
    return nil
  }

  private static func first(_ stored: RepresentationPlan, _ asked: RepresentationPlan, by run: String) -> String? {
    if stored.representation != asked.representation {
      return "the representation \(stored.representation), \(run) asks for \(asked.representation)"
    }
    if let difference = first(stored.settings, asked.settings, by: run) { return difference }
    if stored.shape != asked.shape { return "rows of the shape \(stored.shape), \(run) makes \(asked.shape)" }
    if stored.axes != asked.axes { return "the axes \(stored.axes), \(run) makes \(asked.axes)" }
    if stored.labels != asked.labels { return "other labels of its axes than \(run) makes" }
    return nil
  }

  private static func first(_ stored: [String: SettingValue], _ asked: [String: SettingValue], by run: String)
    -> String?
  {
    for key in Set(stored.keys).union(asked.keys).sorted() {
      // Compared as JSON, since a whole number may be read back as another case than it was written as.
      let (old, new) = (stored[key].map(CanonicalJSON.text), asked[key].map(CanonicalJSON.text))
      if old != new { return "\(key)=\(old ?? "(none)"), \(run) asks for \(key)=\(new ?? "(none)")" }
    }
    return nil
  }

  private static func first(_ stored: StoredSplit, _ asked: SplitPlan) -> String? {
    if stored.rows != asked.count {
      return "holds \(stored.rows) rows of \(asked.name), this run makes \(asked.count)"
    }
    if stored.ids != asked.ids, let row = asked.ids.indices.first(where: { !stored.ids.matches(asked.ids, at: $0, $0) })
    {
      return
        "has \(stored.ids[row]) in row \(row) of \(asked.name), where the source now has \(asked.ids[row])"
    }
    if stored.labels != asked.labels { return "holds other labels of \(asked.name) than the source has now" }
    return nil
  }
}
