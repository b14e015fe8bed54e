internal import Foundation
internal import MVCore

/// Features on which a linear probe is hard to fit, made of random numbers by a rule.
enum HardCase: String, CaseIterable {
  /// Columns turned so that deviations fall from 1 to a ten-thousandth.
  case conditioned = "ill-conditioned"
  /// Each column three times, but for a thousandth.
  case collinear
  /// Histograms most of whose bins are nearly always empty.
  case constant = "nearly constant"
  /// Categories as columns of 0 and 1.
  case oneHot = "one-hot"
  /// 200 classes.
  case classes = "many classes"
  /// 20 rows a class, fewer rows than columns.
  case few = "few rows"
  /// Many more columns than rows.
  case wide

  /// The numbers of train rows, columns and classes.
  var shape: (rows: Int, columns: Int, classes: Int) {
    switch self {
    case .conditioned: (10_000, 256, 10)
    case .collinear: (10_000, 240, 10)
    case .constant: (10_000, 512, 10)
    case .oneHot: (10_000, 320, 10)
    case .classes: (10_000, 128, 200)
    case .few: (200, 512, 10)
    case .wide: (1500, 4356, 10)
    }
  }

  /// A function that writes the row of a class, drawing from a generator.
  func maker() -> @Sendable (inout SeededGenerator, Int, UnsafeMutablePointer<Float>) -> Void {
    let (_, columns, classes) = shape
    var random = SeededGenerator(seed: 41)
    /// Normal numbers of a deviation, classes x `count`.
    func centers(_ count: Int, _ deviation: Double) -> [Double] {
      (0..<classes * count).map { _ in deviation * random.normal() }
    }
    switch self {
    case .classes, .few, .wide:
      let deviation = self == .classes ? 0.4 : self == .few ? 0.15 : 0.05
      let means = centers(columns, deviation)
      return { random, label, row in
        for column in 0..<columns { row[column] = Float(means[label * columns + column] + random.normal()) }
      }
    case .conditioned:
      let means = centers(columns, 0.25)
      // Rotations of pairs of columns, in several rounds, after each column got a deviation of its own.
      let turns = (0..<8 * columns).map { _ in
        (random.integer(below: columns), random.integer(below: columns), random.uniform() * 6.283)
      }.filter { $0.0 != $0.1 }.map { ($0.0, $0.1, Float(cos($0.2)), Float(sin($0.2))) }
      return { random, label, row in
        for column in 0..<columns {
          let deviation = pow(10, -4 * Double(column) / Double(columns - 1))
          row[column] = Float(deviation * (means[label * columns + column] + random.normal()))
        }
        for (left, right, cosine, sine) in turns {
          let (first, second) = (row[left], row[right])
          row[left] = cosine * first - sine * second
          row[right] = sine * first + cosine * second
        }
      }
    case .collinear:
      let own = columns / 3
      let means = centers(own, 0.25)
      return { random, label, row in
        for column in 0..<own {
          let value = means[label * own + column] + random.normal()
          row[column] = Float(value)
          row[own + column] = Float(value + 1e-3 * random.normal())
          row[2 * own + column] = Float(1e-3 * random.normal() - 2 * value)
        }
      }
    case .constant:
      // Which of 64 pixels falls into which bin: few bins are usual, and each class prefers others.
      let usual = (0..<columns).map { _ in pow(10, -4 * random.uniform()) }
      let sums = (0..<classes).map { _ -> [Double] in
        var sum = 0.0
        return usual.map { rate in
          sum += rate * exp(0.7 * random.normal())
          return sum
        }
      }
      return { random, label, row in
        for column in 0..<columns { row[column] = 0 }
        let sum = sums[label]
        for _ in 0..<64 {
          let place = random.uniform() * (sum.last ?? 0)
          row[min(columns - 1, sum.firstIndex { $0 > place } ?? 0)] += 1.0 / 64
        }
      }
    case .oneHot:
      let levels = 32
      let sums = (0..<classes * (columns / levels)).map { _ -> [Double] in
        var sum = 0.0
        return (0..<levels).map { _ in
          sum += exp(1.2 * random.normal())
          return sum
        }
      }
      return { random, label, row in
        for column in 0..<columns { row[column] = 0 }
        for part in 0..<columns / levels {
          let sum = sums[label * (columns / levels) + part]
          let place = random.uniform() * (sum.last ?? 0)
          row[part * levels + min(levels - 1, sum.firstIndex { $0 > place } ?? 0)] = 1
        }
      }
    }
  }
}
