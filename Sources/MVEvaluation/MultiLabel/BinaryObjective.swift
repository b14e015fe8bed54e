internal import Foundation
internal import MVCore

/// The losses of several two-class problems and their gradients, in one pass over all rows.
///
/// A set is one weight per column, followed by a bias.
struct BinaryObjective: Sendable {
  let data: ProbeData
  let problems: [BinaryProblem]
  let loss: MultiLabelProbe.Loss
  private let pass: LinearPass

  init(data: ProbeData, problems: [BinaryProblem], loss: MultiLabelProbe.Loss) {
    self.data = data
    self.problems = problems
    self.loss = loss
    pass = LinearPass(data: data, outputs: 1, tiles: data.tiles([0..<data.rows]))
  }

  /// The number of values in one set.
  var parameters: Int { pass.parameters }

  /// The mean loss of each set on the rows of its problem, without the penalty, and the gradient.
  ///
  /// `owners` names the problem of each set. To be called within ``SerialBLAS``.
  func evaluate(
    _ points: [UnsafePointer<Double>], owners: [Int], gradients: WorkBuffer<Double>
  ) throws(MVError) -> [Double] {
    let scales = owners.map { 1 / Double(problems[$0].rows) }
    return try pass.evaluate(points, gradients: gradients, scales: scales) { set, scores, biases, tile in
      let problem = problems[owners[set]]
      return problem.targets.withUnsafeBufferPointer { targets in
        var sum = 0.0
        for place in 0..<tile.count {
          let target = targets[tile.lowerBound + place]
          guard target != 0 else {
            scores[place] = 0
            continue
          }
          let sign = Float(target)
          let weight = target > 0 ? problem.weights.positive : problem.weights.negative
          let margin = sign * (scores[place] + biases[0])
          switch loss {
          case .logistic:
            // exp of what is not above 0, so that nothing overflows.
            let power = exp(-abs(margin))
            sum += Double(weight) * (log1p(Double(power)) + Double(max(0, -margin)))
            scores[place] = -sign * weight * (margin > 0 ? power : 1) / (1 + power)
          case .squaredHinge:
            let short = max(0, 1 - margin)
            sum += Double(weight) * Double(short) * Double(short)
            scores[place] = -2 * sign * weight * short
          }
        }
        return sum
      }
    }
  }

  /// The scores of all rows by each set: sets x rows.
  func scores(_ points: [UnsafePointer<Double>]) throws(MVError) -> WorkBuffer<Float> {
    let rows = data.rows
    let sets = points.count
    let all = WorkBuffer<Float>(uninitialized: sets * rows)
    try pass.forEachScores(points) { index, scores, biases in
      let tile = pass.tiles[index]
      for set in 0..<sets {
        for place in 0..<tile.count {
          all.pointer[set * rows + tile.lowerBound + place] = scores[set * tile.count + place] + biases[set]
        }
      }
    }
    return all
  }
}
