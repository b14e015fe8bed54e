package import MVCore

/// The loss of MV-MR of a batch of embeddings, with its gradients; without libtorch.
///
///     L = w_mse MSE(z0, z) + w_std [mean max(0, m - std_j z) + mean max(0, m - std_j z0)]
///         + w_zz (1 - dCor(z0, z)) + sum_r w_r (1 - dCor(z, phi_r))
///
/// Training computes the same over libtorch; this is for programs that train by themselves.
package struct MultiViewObjective: Sendable {
  /// The weights of the mean squared difference, of the hinge, and of 1 - dCor of the views.
  package var mseWeight = 1.0, deviationWeight = 1.0, viewsWeight = 1.0
  /// The standard deviation below which the hinge acts.
  package var margin = 1.0
  /// What embeddings are multiplied by before distances are taken.
  package var embeddingScale = 1.0 / 32
  /// Whether dCor(z, phi_r) is added, as the released code does, and not 1 - dCor(z, phi_r).
  package var releasedSign = false
  /// How distance correlations are estimated, and by how many threads.
  package var correlation = DistanceCorrelation()

  /// Creates the published loss.
  package init() {}

  /// The value of a batch.
  package struct Value {
    /// The weighted sum of all terms.
    package let total: Double
    /// Mean squared difference, hinge, 1 - dCor of the views, then one term a representation.
    package let terms: [Double]
  }

  /// Computes the loss; writes the gradients by both embeddings where they are asked for.
  ///
  /// Throws where numbers of rows or columns do not agree, or there are too few rows.
  package func callAsFunction(
    plain z0: DistanceCorrelation.Rows, augmented z: DistanceCorrelation.Rows,
    representations: [(rows: DistanceCorrelation.Rows, weight: Double)], gradientOfPlain: UnsafeMutablePointer<Float>?,
    gradientOfAugmented: UnsafeMutablePointer<Float>?
  ) throws(MVError) -> Value {
    guard z0.count == z.count, z0.columns == z.columns else {
      throw .usage(
        "embeddings of the views", "are \(z0.count) x \(z0.columns) and \(z.count) x \(z.columns)",
        remedy: "give both of one batch and one network")
    }
    let (rows, size) = (z.count, z.count * z.columns)
    let gradients = [WorkBuffer<Float>(size, repeating: 0), WorkBuffer<Float>(size, repeating: 0)]
    let mse = meanSquare(z0, z, gradients)
    let spread =
      hinge(z, into: gradients[1].pointer) + hinge(z0, into: gradients[0].pointer)
    let a0 = try correlation.distances(z0, scale: embeddingScale)
    let a = try correlation.distances(z, scale: embeddingScale)
    let slopes = [WorkBuffer<Float>(rows * rows, repeating: 0), WorkBuffer<Float>(rows * rows, repeating: 0)]
    let views = 1 - (try correlation.correlate(a0, a, weight: -viewsWeight, slopes[0], slopes[1]))
    var total = mseWeight * mse + deviationWeight * spread + viewsWeight * views
    var terms = [mse, spread, views]
    for (other, weight) in representations {
      let sign: Double = releasedSign ? 1 : -1
      let value = try correlation.correlate(
        a, correlation.distances(other), weight: sign * weight, slopes[1], nil)
      terms.append(releasedSign ? value : 1 - value)
      total += weight * (releasedSign ? value : 1 - value)
    }
    // Every term's pull on the distances of z is gathered first, so that there is one product and not one a term.
    for (target, index, side) in [(gradientOfPlain, 0, a0), (gradientOfAugmented, 1, a)] {
      guard let target else { continue }
      side.addGradient(of: slopes[index], to: gradients[index].pointer)
      target.update(from: gradients[index].pointer, count: size)
    }
    return Value(total: total, terms: terms)
  }

  /// The mean squared difference; adds weight times its gradients.
  private func meanSquare(
    _ z0: DistanceCorrelation.Rows, _ z: DistanceCorrelation.Rows, _ gradients: [WorkBuffer<Float>]
  ) -> Double {
    let size = z.count * z.columns
    let factor = Float(2 * mseWeight / Double(size))
    var sum = 0.0
    for index in 0..<size {
      let difference = z.start[index] - z0.start[index]
      sum += Double(difference) * Double(difference)
      gradients[1].pointer[index] += factor * difference
      gradients[0].pointer[index] -= factor * difference
    }
    return sum / Double(size)
  }

  /// The mean over columns of max(0, margin - deviation); adds weight times its gradient.
  private func hinge(_ z: DistanceCorrelation.Rows, into gradient: UnsafeMutablePointer<Float>) -> Double {
    let (rows, columns) = (z.count, z.columns)
    var (sums, squares) = ([Double](repeating: 0, count: columns), [Double](repeating: 0, count: columns))
    for row in 0..<rows { for column in 0..<columns { sums[column] += Double(z.start[row * columns + column]) } }
    let means = sums.map { $0 / Double(rows) }
    for row in 0..<rows {
      for column in 0..<columns {
        let difference = Double(z.start[row * columns + column]) - means[column]
        squares[column] += difference * difference
      }
    }
    var total = 0.0
    var factors = [Double](repeating: 0, count: columns)
    for column in 0..<columns {
      let deviation = (squares[column] / Double(rows - 1)).squareRoot()
      let short = margin - deviation
      // Not max: a NaN must stay one.
      total += short < 0 ? 0 : short
      // d std_j / d z_ij = (z_ij - mean_j) / ((n - 1) std_j); a column that does not vary has no direction to grow in.
      if short > 0, deviation > 0 {
        factors[column] = -deviationWeight / (Double(columns) * Double(rows - 1)) / deviation
      }
    }
    for row in 0..<rows {
      for column in 0..<columns {
        let place = row * columns + column
        gradient[place] += Float((Double(z.start[place]) - means[column]) * factors[column])
      }
    }
    return total / Double(columns)
  }
}
