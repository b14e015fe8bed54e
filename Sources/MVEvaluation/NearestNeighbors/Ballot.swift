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
  /// The class of each train position, by number.
  private let numbers: [Int32]
  private let classCount: Int

  init(_ classifier: NearestNeighbors, numbers: [Int32], classCount: Int) {
    self.classifier = classifier
    self.numbers = numbers
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
  /// The result is the number of the class with most votes (ties go to the lower class), and whether `truth` is among
  /// the min(5, k) with most votes.
  func count(
    _ ranked: UnsafeBufferPointer<RankedRow>, truth: Int, _ outcome: (_ setting: Int, Int, Bool) -> Void
  ) {
    let k = classifier.k
    var votes = [Double](repeating: 0, count: classCount)
    for (block, temperature) in temperatures.enumerated() {
      // Of many classes few get a vote: only those are looked at.
      var voted: [Int] = []
      var counted = 0
      for choice in ascending {
        while counted < k[choice] {
          let neighbor = ranked[counted]
          let number = Int(numbers[Int(neighbor.position)])
          if votes[number] == 0 { voted.append(number) }
          votes[number] += weight(of: neighbor.value, nearest: ranked[0].value, temperature: temperature)
          counted += 1
        }
        let (best, ahead) = standing(of: truth, in: votes, of: voted)
        outcome(block * k.count + choice, best, ahead < min(5, k[choice]))
      }
      for number in voted { votes[number] = 0 }
    }
  }

  /// Writes each class's share of the votes under the first setting, 0...1.
  func share(_ ranked: UnsafeBufferPointer<RankedRow>, into shares: UnsafeMutablePointer<Float>) {
    guard let setting = settings.first, let nearest = ranked.first else { return }
    var votes = [Double](repeating: 0, count: classCount)
    var sum = 0.0
    for neighbor in ranked.prefix(setting.k) {
      let weight = weight(of: neighbor.value, nearest: nearest.value, temperature: setting.temperature)
      votes[Int(numbers[Int(neighbor.position)])] += weight
      sum += weight
    }
    for (number, vote) in votes.enumerated() { shares[number] = Float(vote / sum) }
  }

  /// The class of most votes, and how many classes stand before `truth`: of equal votes the lower class is first.
  private func standing(of truth: Int, in votes: [Double], of voted: [Int]) -> (best: Int, ahead: Int) {
    let own = votes[truth]
    // The nearest row has a vote above 0, and no later vote is larger: a class that is twice in `voted` has none.
    var best = voted.first ?? 0
    // Without a vote of its own, all lower classes are ahead, voted for or not.
    var ahead = own == 0 ? truth : 0
    for number in voted where votes[number] > 0 {
      let vote = votes[number]
      if vote > votes[best] || (vote == votes[best] && number < best) { best = number }
      let isAhead = own == 0 ? number > truth : vote > own || (vote == own && number < truth)
      if isAhead { ahead += 1 }
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
