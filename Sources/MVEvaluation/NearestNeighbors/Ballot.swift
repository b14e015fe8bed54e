internal import Foundation
internal import MVCore

/// A vote of the neighbors of a query on its class, for several numbers of neighbors and temperatures at once.
struct Ballot: Sendable {
  /// One vote: how many neighbors have one, and at which temperature.
  struct Setting {
    let k: Int
    let temperature: Double
  }

  /// Every vote: all k of the first temperature first.
  let settings: [Setting]
  private let classifier: NearestNeighbors
  private let temperatures: [Double]
  /// The places of ``NearestNeighbors/k``, smallest first: a larger electorate holds the smaller ones.
  private let ascending: [Int]
  /// The class of each train position.
  private let labels: [Int32]
  private let classCount: Int

  init(_ classifier: NearestNeighbors, labels: [Int32], classCount: Int) {
    self.classifier = classifier
    self.labels = labels
    self.classCount = classCount
    let temperatures = classifier.weighting == .dino ? classifier.temperatures : [1]
    self.temperatures = temperatures
    settings = temperatures.flatMap { temperature in
      classifier.k.map { Setting(k: $0, temperature: temperature) }
    }
    ascending = classifier.k.indices.sorted { classifier.k[$0] < classifier.k[$1] }
  }

  /// Counts the votes of `ranked`, nearest first, and reports the result for each of ``settings``.
  ///
  /// The result is the class with most votes (ties go to the lower class), and whether `truth` is among the min(5, k)
  /// with most votes.
  func count(
    _ ranked: UnsafeBufferPointer<RankedRow>, truth: Int64, _ outcome: (_ setting: Int, Int64, Bool) -> Void
  ) {
    let k = classifier.k
    var votes = [Double](repeating: 0, count: classCount)
    for (block, temperature) in temperatures.enumerated() {
      for index in votes.indices { votes[index] = 0 }
      var counted = 0
      for choice in ascending {
        while counted < k[choice] {
          let neighbor = ranked[counted]
          votes[Int(labels[Int(neighbor.position)])] += weight(
            of: neighbor.value, nearest: ranked[0].value, temperature: temperature)
          counted += 1
        }
        let (best, ahead) = standing(of: truth, in: votes)
        outcome(block * k.count + choice, Int64(best), ahead < min(5, k[choice]))
      }
    }
  }

  /// The class of most votes, and how many classes stand before `truth`.
  private func standing(of truth: Int64, in votes: [Double]) -> (best: Int, ahead: Int) {
    let own = votes[Int(truth)]
    var best = 0
    var ahead = 0
    for (index, vote) in votes.enumerated() {
      if vote > votes[best] { best = index }
      if vote > own || (vote == own && index < truth) { ahead += 1 }
    }
    return (best, ahead)
  }

  /// The vote of a neighbor; scaled so that DINO's weight of the nearest is 1 and no temperature overflows.
  private func weight(of value: Double, nearest: Double, temperature: Double) -> Double {
    switch (classifier.weighting, classifier.metric) {
    case (.majority, _): 1
    case (.dino, .cosine): exp((value - nearest) / temperature)
    case (.dino, .euclidean): exp((nearest - value) / 2 / temperature)
    case (.inverseDistance, .cosine): 1 / (max(0, 1 - value) + 1e-5)
    case (.inverseDistance, .euclidean): 1 / (value.squareRoot() + 1e-5)
    }
  }
}
