internal import SystemOpenBLAS

/// The last steps of a descent, and the changes of the gradient over them, from which L-BFGS learns the curvature.
///
/// The inner products of steps and changes are kept. With them the recursion of Nocedal and Wright, "Numerical
/// optimization" (2006), algorithm 7.4, runs on a few numbers, and reads each step and each change twice.
final class CurvaturePairs {
  private let vector: LongVector
  private let capacity: Int
  private var steps: [WorkBuffer<Double>] = []
  private var changes: [WorkBuffer<Double>] = []
  /// For each step, its inner products with all changes.
  private var products: [[Double]] = []

  init(_ vector: LongVector, capacity: Int) {
    self.vector = vector
    self.capacity = capacity
  }

  var isEmpty: Bool { steps.isEmpty }

  /// The last change of the gradient, and its inner product with the step.
  var newest: (change: WorkBuffer<Double>, curvature: Double)? {
    changes.last.map { ($0, products[products.count - 1][products.count - 1]) }
  }

  func forget() {
    steps = []
    changes = []
    products = []
  }

  /// Adds the step between two points and the change of their gradients, unless the curvature along it is not positive.
  func remember(
    from old: WorkBuffer<Double>, to new: WorkBuffer<Double>, _ gradient: WorkBuffer<Double>,
    _ newGradient: UnsafePointer<Double>
  ) {
    var recycled: (step: WorkBuffer<Double>, change: WorkBuffer<Double>)?
    if steps.count == capacity {
      recycled = (steps.removeFirst(), changes.removeFirst())
      products.removeFirst()
      for place in products.indices { products[place].removeFirst() }
    }
    let step = recycled?.step ?? WorkBuffer<Double>(uninitialized: vector.count)
    let change = recycled?.change ?? WorkBuffer<Double>(uninitialized: vector.count)
    let (steps, changes) = (steps, changes)
    let known = steps.count
    nonisolated(unsafe) let next = newGradient
    let sums = vector.sums(2 * known + 3) { range, sums in
      let (start, length) = (range.lowerBound, Int32(range.count))
      for index in range {
        step.pointer[index] = new.pointer[index] - old.pointer[index]
        change.pointer[index] = next[index] - gradient.pointer[index]
      }
      for place in 0..<known {
        sums[place] = cblas_ddot(length, steps[place].pointer + start, 1, change.pointer + start, 1)
        sums[known + place] = cblas_ddot(length, step.pointer + start, 1, changes[place].pointer + start, 1)
      }
      for (place, pair) in [(step, change), (change, change), (step, step)].enumerated() {
        sums[2 * known + place] = cblas_ddot(length, pair.0.pointer + start, 1, pair.1.pointer + start, 1)
      }
    }
    let curvature = sums[2 * known]
    guard curvature > 1e-12 * sums[2 * known + 1].squareRoot() * sums[2 * known + 2].squareRoot() else { return }
    for place in 0..<known { products[place].append(sums[place]) }
    products.append(Array(sums[known..<2 * known]) + [curvature])
    self.steps.append(step)
    self.changes.append(change)
  }

  /// Writes the direction of descent for a gradient; `precondition` multiplies by an inverse of the Hessian that stands
  /// in for what the pairs do not know.
  func direct(
    _ target: WorkBuffer<Double>, against gradient: WorkBuffer<Double>,
    precondition: (UnsafeMutablePointer<Double>) -> Void
  ) {
    let (steps, changes) = (steps, changes)
    let count = steps.count
    let alongSteps = vector.sums(count) { range, sums in
      for index in range { target.pointer[index] = -gradient.pointer[index] }
      let (start, length) = (range.lowerBound, Int32(range.count))
      for place in 0..<count {
        sums[place] = cblas_ddot(length, steps[place].pointer + start, 1, target.pointer + start, 1)
      }
    }
    var weights = [Double](repeating: 0, count: count)
    for place in (0..<count).reversed() {
      var sum = alongSteps[place]
      for later in place + 1..<max(count, place + 1) { sum -= weights[later] * products[place][later] }
      weights[place] = sum / products[place][place]
    }
    let taken = weights
    vector.forEachPiece { range in
      for place in 0..<count {
        cblas_daxpy(
          Int32(range.count), -taken[place], changes[place].pointer + range.lowerBound, 1,
          target.pointer + range.lowerBound, 1)
      }
    }
    precondition(target.pointer)
    guard count > 0 else { return }
    let alongChanges = vector.sums(count) { range, sums in
      let (start, length) = (range.lowerBound, Int32(range.count))
      for place in 0..<count {
        sums[place] = cblas_ddot(length, changes[place].pointer + start, 1, target.pointer + start, 1)
      }
    }
    for place in 0..<count {
      var sum = alongChanges[place]
      for earlier in 0..<place { sum += weights[earlier] * products[earlier][place] }
      weights[place] -= sum / products[place][place]
    }
    let given = weights
    vector.forEachPiece { range in
      for place in 0..<count {
        cblas_daxpy(
          Int32(range.count), given[place], steps[place].pointer + range.lowerBound, 1,
          target.pointer + range.lowerBound, 1)
      }
    }
  }
}
