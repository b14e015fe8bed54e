/// The average precision of a ranking: how early the relevant rows appear in it.
///
/// Precision and recall are taken after each distinct score, highest first, so that the order of ties does not matter.
public enum AveragePrecision: String, Hashable, Sendable, Codable, CaseIterable {
  /// The area under the precision envelope, the largest precision at each recall or beyond (VOC from 2010 on, VISSL).
  case envelope
  /// The mean of that envelope at recall 0, 0.1 ... 1 (VOC 2007).
  case elevenPoint = "11-point"
  /// The sum of precision times gain in recall, without an envelope (scikit-learn's `average_precision_score`).
  case stepwise

  /// The average precision of `scores` for `labels` (1 relevant, 0 not, 255 left out); nil where no row is relevant.
  public func callAsFunction(_ scores: [Float], _ labels: [UInt8]) -> Double? {
    precondition(scores.count == labels.count, "a label a score")
    let rows = scores.indices.filter { labels[$0] != 255 }.sorted { scores[$0] > scores[$1] }
    let relevant = rows.count { labels[$0] == 1 }
    guard relevant > 0 else { return nil }
    var points: [(recall: Double, precision: Double)] = []
    var found = 0
    for (place, row) in rows.enumerated() {
      if labels[row] == 1 { found += 1 }
      // A point stands after the last of the rows that tie.
      if place + 1 < rows.count, scores[rows[place + 1]] == scores[row] { continue }
      points.append((Double(found) / Double(relevant), Double(found) / Double(place + 1)))
    }
    if self != .stepwise {
      var highest = 0.0
      for index in points.indices.reversed() {
        highest = max(highest, points[index].precision)
        points[index].precision = highest
      }
    }
    if self == .elevenPoint {
      return (0...10).reduce(0) { sum, tenth in
        sum + (points.first { $0.recall >= Double(tenth) / 10 }?.precision ?? 0) / 11
      }
    }
    var area = 0.0
    var reached = 0.0
    for point in points {
      area += (point.recall - reached) * point.precision
      reached = point.recall
    }
    return area
  }
}
