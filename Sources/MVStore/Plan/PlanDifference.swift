internal import MVCore

/// The first thing in which a file differs from what is asked for, in words.
enum PlanDifference {
  /// A sentence's predicate, with the file as its subject; nil where there is no difference.
  static func first(file: StoredFile, asked: FeatureFilePlan) -> String? {
    if file.dataset != asked.dataset {
      return "holds features of \(file.dataset), this run is of \(asked.dataset)"
    }
    let names = asked.representations.map(\.name)
    let stored = file.splits.first?.features ?? []
    if stored.map(\.plan.name) != names {
      return
        "holds the representations \(stored.map(\.plan.name).joined(separator: ", ")), this run asks for "
        + names.joined(separator: ", ")
    }
    for (features, representation) in zip(stored, asked.representations) {
      if let difference = first(features.plan, representation) {
        return "holds \(representation.name) with \(difference)"
      }
      if features.element != asked.element {
        return "holds \(features.element.rawValue), this run asks for \(asked.element.rawValue)"
      }
    }
    if let difference = first(file.settings, asked.settings) { return "was made with \(difference)" }
    if file.splits.map(\.name) != asked.splits.map(\.name) {
      return
        "holds the splits \(file.splits.map(\.name).joined(separator: ", ")), this run asks for "
        + asked.splits.map(\.name).joined(separator: ", ")
    }
    for (stored, split) in zip(file.splits, asked.splits) {
      if let difference = first(stored, split) { return difference }
    }
    if file.classNames != asked.classNames { return "holds other class names than the source has now" }
    if file.fingerprint != asked.fingerprint {
      return "was made from another state of the source (fingerprint \(file.fingerprint), now \(asked.fingerprint))"
    }
    return nil
  }

  private static func first(_ stored: RepresentationPlan, _ asked: RepresentationPlan) -> String? {
    if stored.representation != asked.representation {
      return "the representation \(stored.representation), this run asks for \(asked.representation)"
    }
    if let difference = first(stored.settings, asked.settings) { return difference }
    if stored.shape != asked.shape { return "rows of the shape \(stored.shape), this run makes \(asked.shape)" }
    if stored.axes != asked.axes { return "the axes \(stored.axes), this run makes \(asked.axes)" }
    if stored.labels != asked.labels { return "other labels of its axes than this run makes" }
    return nil
  }

  private static func first(_ stored: [String: SettingValue], _ asked: [String: SettingValue]) -> String? {
    for key in Set(stored.keys).union(asked.keys).sorted() {
      // As JSON, since a whole number may be read back as another case than it was written.
      let (old, new) = (stored[key].map(CanonicalJSON.text), asked[key].map(CanonicalJSON.text))
      if old != new { return "\(key)=\(old ?? "(none)"), this run asks for \(key)=\(new ?? "(none)")" }
    }
    return nil
  }

  private static func first(_ stored: StoredSplit, _ asked: SplitPlan) -> String? {
    if stored.rows != asked.count {
      return "holds \(stored.rows) rows of \(asked.name), this run makes \(asked.count)"
    }
    if let row = zip(stored.ids, asked.ids).enumerated().first(where: { $1.0 != $1.1 })?.offset {
      return
        "has \(stored.ids[row]) in row \(row) of \(asked.name), where the source now has \(asked.ids[row])"
    }
    if stored.labels != asked.labels { return "holds other labels of \(asked.name) than the source has now" }
    return nil
  }
}
