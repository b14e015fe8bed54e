internal import CKernels
internal import Foundation
internal import MVCore
internal import SystemOpenBLAS

/// Linear heads trained side by side, one per learning rate; each batch is read and multiplied once for all of them.
///
/// A head is classes x columns weights and one bias per class; heads follow one another in memory, so that their scores
/// are one product. All arithmetic is in single precision, as in the peers. Work is divided at places that do not
/// depend on the number of threads, so the results do not either.
// Unchecked: weights change in `runEpoch` alone, which one thread calls; those it spreads work over write apart.
final class HeadTraining: @unchecked Sendable {
  let settings: SGDProtocol
  let data: ProbeData
  /// The same rows of cropped images, which epochs learn from in turn; empty where they learn from ``data``.
  let crops: [ProbeData]
  let classes: Int
  /// The rate that the optimizer starts with, one per head.
  let rates: [Double]
  /// The weights of all heads, (heads x classes) x columns.
  let weights: WorkBuffer<Float>
  /// The biases of all heads.
  let biases: WorkBuffer<Float>
  private let first: (weights: WorkBuffer<Float>, biases: WorkBuffer<Float>)
  private let second: (weights: WorkBuffer<Float>, biases: WorkBuffer<Float>)
  private var steps = 0

  private var outputs: Int { rates.count * classes }

  init(
    settings: SGDProtocol, data: ProbeData, crops: [ProbeData] = [], classes: Int, rates: [Double], seed: UInt64
  ) {
    self.settings = settings
    self.data = data
    self.crops = crops
    self.classes = classes
    self.rates = rates
    let size = classes * data.columns
    let total = rates.count * classes
    weights = WorkBuffer(rates.count * size, repeating: 0)
    biases = WorkBuffer(total, repeating: 0)
    let isAdam = settings.optimizer == .adam
    first = (WorkBuffer(rates.count * size, repeating: 0), WorkBuffer(total, repeating: 0))
    second = (WorkBuffer(isAdam ? rates.count * size : 0, repeating: 0), WorkBuffer(isAdam ? total : 0, repeating: 0))
    // Every head starts from the same weights, so that they differ by their rates alone.
    var generator = SeededGenerator(seed: seed, keys: 0x7367_6470)
    let bound = 1 / Double(data.columns).squareRoot()
    for index in 0..<size + classes {
      let value: Float
      switch settings.start {
      case .zeros: value = 0
      case .normal: value = index < size ? Float(0.01 * generator.normal()) : 0
      case .uniform: value = Float(generator.uniform(in: -bound...bound))
      }
      for head in rates.indices {
        if index < size {
          weights.pointer[head * size + index] = value
        } else {
          biases.pointer[head * classes + index - size] = value
        }
      }
    }
  }

  /// Makes one pass over the rows at `order`, of the epoch's own crops where there are some.
  ///
  /// Returns the mean loss of each head, each batch's before its step. To be called within ``SerialBLAS``.
  func runEpoch(_ epoch: Int, order: [Int]) throws(MVError) -> [Double] {
    let source = crops.isEmpty ? data : crops[epoch % crops.count]
    let length = min(settings.batchSize, order.count)
    let batches = (order.count + length - 1) / length
    let rows = WorkBuffer<Float>(uninitialized: length * data.columns)
    let scores = WorkBuffer<Float>(uninitialized: length * outputs)
    var sums = [Double](repeating: 0, count: rates.count)
    for batch in 0..<batches {
      try data.run.check()
      let positions = order[batch * length..<min(order.count, (batch + 1) * length)]
      let factor: Double
      switch settings.schedule {
      case .constant: factor = 1
      case .cosineByEpoch: factor = (1 + cos(Double.pi * Double(epoch) / Double(settings.epochs))) / 2
      case .cosineByStep:
        factor = (1 + cos(Double.pi * Double(epoch * batches + batch) / Double(settings.epochs * batches))) / 2
      }
      let losses = step(positions, of: source, rows: rows, scores: scores, factor: factor)
      for head in rates.indices { sums[head] += losses[head] }
    }
    return sums.map { $0 / Double(order.count) }
  }

  /// The number of rows of a batch whose scores one thread computes at a time.
  private static let tile = 128

  private func step(
    _ positions: ArraySlice<Int>, of source: ProbeData, rows: WorkBuffer<Float>, scores: WorkBuffer<Float>,
    factor: Double
  ) -> [Double] {
    let count = positions.count
    let tiles = (count + Self.tile - 1) / Self.tile
    let losses = WorkBuffer<Double>(tiles * rates.count, repeating: 0)
    Parallel.forEach(tiles, threads: data.threads) { index in
      let range = index * Self.tile..<min(count, (index + 1) * Self.tile)
      let own = range.map { positions[positions.startIndex + $0] }
      let values = rows.pointer + range.lowerBound * data.columns
      let target = scores.pointer + range.lowerBound
      score(own, of: source, values: values, into: target, stride: count)
      let labels = own.map { data.labels[$0] }
      for head in rates.indices {
        losses.pointer[index * rates.count + head] = mvk_softmax_gradient(
          target + head * classes * count, count, own.count, classes, biases.pointer + head * classes, labels, nil)
      }
    }
    steps += 1
    let columns = data.columns
    let parts = min(16, (columns + 63) / 64)
    Parallel.forEach(parts, threads: data.threads) { part in
      let range = part * columns / parts..<(part + 1) * columns / parts
      let gradient = WorkBuffer<Float>(uninitialized: outputs * range.count)
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(outputs), Int32(range.count), Int32(count), 1 / Float(count),
        scores.pointer, Int32(count), rows.pointer + range.lowerBound, Int32(columns), 0, gradient.pointer,
        Int32(range.count))
      for output in 0..<outputs {
        let start = output * columns + range.lowerBound
        move(
          weights.pointer + start, by: gradient.pointer + output * range.count, first.weights.pointer + start,
          second.weights.count == 0 ? nil : second.weights.pointer + start, count: range.count,
          rate: rates[output / classes] * factor)
      }
    }
    for output in 0..<outputs {
      var gradient = Float(mvk_sum(scores.pointer + output * count, count) / Double(count))
      move(
        biases.pointer + output, by: &gradient, first.biases.pointer + output,
        second.biases.count == 0 ? nil : second.biases.pointer + output, count: 1,
        rate: rates[output / classes] * factor)
    }
    return rates.indices.map { head in (0..<tiles).reduce(0) { $0 + losses.pointer[$1 * rates.count + head] } }
  }

  /// Moves `count` weights against their gradient.
  private func move(
    _ weights: UnsafeMutablePointer<Float>, by gradient: UnsafePointer<Float>, _ first: UnsafeMutablePointer<Float>,
    _ second: UnsafeMutablePointer<Float>?, count: Int, rate: Double
  ) {
    let decay = Float(settings.weightDecay)
    switch settings.optimizer {
    case .momentum(let momentum, let nesterov):
      let rate = Float(rate)
      for index in 0..<count {
        let slope = gradient[index] + decay * weights[index]
        let velocity = momentum * first[index] + slope
        first[index] = velocity
        weights[index] -= rate * (nesterov ? slope + momentum * velocity : velocity)
      }
    case .adam:
      guard let second else { return }
      let step = Float(rate / (1 - pow(0.9, Double(steps))))
      let correction = Float((1 - pow(0.999, Double(steps))).squareRoot())
      for index in 0..<count {
        let slope = gradient[index] + decay * weights[index]
        first[index] += 0.1 * (slope - first[index])
        second[index] = 0.999 * second[index] + 0.001 * slope * slope
        weights[index] -= step * first[index] / (second[index].squareRoot() / correction + 1e-8)
      }
    }
  }

  /// Reads the rows at `positions` of `source`, and computes their scores.
  ///
  /// The rows go to `values`, the scores to `target`, output by output, without biases.
  private func score(
    _ positions: [Int], of source: ProbeData, values: UnsafeMutablePointer<Float>,
    into target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let columns = source.columns
    source.gather(positions, into: values)
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(outputs), Int32(positions.count), Int32(columns), 1,
      weights.pointer, Int32(columns), values, Int32(columns), 0, target, Int32(stride))
  }

  /// The number of rows at `positions` of `source` that each head classifies correctly; ties go to the first class.
  ///
  /// To be called within ``SerialBLAS``.
  func hits(_ positions: [Int], of source: ProbeData) throws(MVError) -> [Int] {
    let tiles = (positions.count + Self.tile - 1) / Self.tile
    let hits = WorkBuffer<Int>(tiles * rates.count, repeating: 0)
    try Parallel.forEach(tiles, threads: data.threads) { index throws(MVError) in
      try data.run.check()
      let own = Array(positions[index * Self.tile..<min(positions.count, (index + 1) * Self.tile)])
      let values = WorkBuffer<Float>(uninitialized: own.count * data.columns)
      let scores = WorkBuffer<Float>(uninitialized: own.count * outputs)
      score(own, of: source, values: values.pointer, into: scores.pointer, stride: own.count)
      for head in rates.indices {
        for (row, position) in own.enumerated() {
          var best = 0
          var highest = -Float.infinity
          for label in 0..<classes {
            let output = head * classes + label
            let value = scores.pointer[output * own.count + row] + biases.pointer[output]
            if value > highest { (best, highest) = (label, value) }
          }
          if best == Int(source.labels[position]) { hits.pointer[index * rates.count + head] += 1 }
        }
      }
    }
    return rates.indices.map { head in (0..<tiles).reduce(0) { $0 + hits.pointer[$1 * rates.count + head] } }
  }

  /// Whether every weight of a head is finite.
  func isFinite(head: Int) -> Bool {
    let size = classes * data.columns
    return (0..<size).allSatisfy { weights.pointer[head * size + $0].isFinite }
      && (0..<classes).allSatisfy { biases.pointer[head * classes + $0].isFinite }
  }

  /// The weights and biases of one head.
  func head(_ head: Int) -> (weights: [Float], biases: [Float]) {
    let size = classes * data.columns
    return (
      Array(weights.slice(head * size..<(head + 1) * size)),
      Array(biases.slice(head * classes..<(head + 1) * classes))
    )
  }
}
