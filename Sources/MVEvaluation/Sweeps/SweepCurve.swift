internal import Foundation
internal import MVCore
internal import MVFiles

/// What a run of a sweep logged, epoch by epoch.
public struct SweepCurve: Hashable, Sendable {
  /// One epoch.
  public struct Point: Hashable, Sendable {
    /// The number of the epoch, from 1.
    public let epoch: Int
    /// Seconds of training up to its end.
    public let seconds: Double
    /// The mean loss.
    public let loss: Double
    /// The accuracy of k-NN, 0...1, on training images whose labels it holds out; nil where it was not scored.
    public let neighbors: Double?
    /// The accuracy of a linear probe on the same images; nil where it was not scored.
    public let probe: Double?
  }

  /// The epochs, in order; none where the run has not ended one.
  public let points: [Point]

  /// Seconds of training in all.
  public var seconds: Double { points.last?.seconds ?? 0 }

  /// Reads the `losses.csv` of a run; what is not there or not a line of it is left out.
  init(log url: URL) {
    guard let bytes = try? WholeFile.bytes(of: url, orStream: false),
      let lines = try? WholeFile.lines(of: String(decoding: bytes, as: UTF8.self), in: url.path)
    else {
      points = []
      return
    }
    let columns = (lines.first ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    var (points, seconds): ([Point], Double) = ([], 0)
    for line in lines.dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      func number(_ column: String) -> Double? {
        columns.firstIndex(of: column).flatMap { $0 < fields.count ? Double(fields[$0]) : nil }
      }
      // A file may say anything.
      guard let epoch = number("epoch").flatMap(Int.init(exactly:)), let loss = number("loss"), loss.isFinite,
        let duration = number("seconds"), (0...1e9).contains(duration)
      else { continue }
      func score(_ column: String) -> Double? { number(column).flatMap { (0...1).contains($0) ? $0 : nil } }
      seconds += duration
      points.append(
        Point(epoch: epoch, seconds: seconds, loss: loss, neighbors: score("knn"), probe: score("probe")))
    }
    self.points = points
  }

  /// The last scored epoch that is not behind `moment`; nil where there is none.
  public func scored(at moment: SweepMoment) -> Point? {
    points.last { point in
      guard point.neighbors != nil, point.probe != nil else { return false }
      return switch moment {
      case .epochs(let count): point.epoch <= count
      case .seconds(let seconds): point.seconds <= seconds
      }
    }
  }
}
