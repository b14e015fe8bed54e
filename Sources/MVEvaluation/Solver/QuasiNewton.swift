internal import Foundation
internal import SystemOpenBLAS

/// L-BFGS that is given values and gradients from outside, so that several can share an evaluation.
///
/// It says at which point it wants the next value. Follows Nocedal and Wright, "Numerical optimization" (2006),
/// algorithms 7.4 and 3.5 (weak Wolfe conditions). Values are trusted only to `noise` relative, since products run in
/// single precision: near the end gradients alone decide.
// Unchecked: its state changes, but ``SharedDescent`` lets one thread at a time tell each descent.
final class QuasiNewton: @unchecked Sendable {
  /// The way a minimization ended.
  enum Ending { case converged, stalled, exhausted }

  /// The point at which the next value and gradient are wanted.
  let trial: WorkBuffer<Double>
  /// The best point, its value and the norm of its gradient.
  let point: WorkBuffer<Double>
  private(set) var value = Double.infinity
  private(set) var gradientNorm = Double.infinity
  private(set) var ending: Ending?
  /// The number of values and gradients given so far.
  private(set) var evaluations = 0
  /// The number of points taken so far, each with a smaller value than the one before.
  private(set) var accepted = 0

  private let count: Int
  private let tolerance: Double
  private let gap: Double
  private let limit: Int
  private let precondition: (UnsafeMutablePointer<Double>) -> Void
  private let gradient: WorkBuffer<Double>
  private let direction: WorkBuffer<Double>
  private let vector: LongVector
  private let pairs: CurvaturePairs
  private var slope = 0.0
  /// By how much the value lies above its minimum, relative to it, as far as the direction from ``point`` foretells.
  private var shortfall = Double.infinity
  private var step = 0.0
  private var shorter = 0.0
  private var longer = Double.infinity
  private var tries = 0
  private var searches = 0
  /// Where closing the gap, once the gradient is small enough, was last looked at.
  private var closing: (evaluations: Int, value: Double)?
  private var scale = 1.0
  // Somewhat more than single precision rounds by; with less, the search stalls where the last digits of a value
  // decide.
  private let noise = 1e-7

  /// Begins at `start`; ends where the norm of the gradient is at most `tolerance`, and the `gap` is closed.
  ///
  /// The gap is what the next direction foretells that the value lies above its minimum, relative to it.
  init(
    from start: WorkBuffer<Double>, tolerance: Double, gap: Double = .infinity, limit: Int, threads: Int = 1,
    precondition: @escaping (UnsafeMutablePointer<Double>) -> Void
  ) {
    self.gap = gap
    count = start.count
    vector = LongVector(count: start.count, threads: threads)
    pairs = CurvaturePairs(vector, capacity: 10)
    trial = start
    point = WorkBuffer(uninitialized: start.count)
    gradient = WorkBuffer(uninitialized: start.count)
    direction = WorkBuffer(uninitialized: start.count)
    self.tolerance = tolerance
    self.limit = limit
    self.precondition = precondition
  }

  /// Takes the value and gradient at ``trial`` and moves ``trial`` on, unless this ends the minimization.
  func tell(value new: Double, gradient newGradient: UnsafePointer<Double>) {
    evaluations += 1
    guard value.isFinite else {
      accept(new, newGradient)
      return
    }
    tries += 1
    let newSlope = dot(newGradient, direction.pointer)
    let allowed = value + 1e-4 * step * slope + noise * abs(value)
    if !(new <= allowed) || !newSlope.isFinite {
      longer = step
    } else if newSlope < 0.9 * slope {
      shorter = step
    } else {
      pairs.remember(from: point, to: trial, gradient, newGradient)
      accept(new, newGradient)
      return
    }
    guard tries < 25, evaluations < limit else {
      if tries >= 25, !pairs.isEmpty, evaluations < limit {
        pairs.forget()
        search()
      } else {
        end(evaluations >= limit ? .exhausted : .stalled)
      }
      return
    }
    if longer.isInfinite {
      step *= 2
    } else if shorter == 0, new.isFinite {
      // The minimum of the parabola through both values and the first slope.
      let fitted = -slope * step * step / (2 * (new - value - slope * step))
      step = fitted.isFinite ? min(max(fitted, 0.1 * step), 0.6 * step) : step / 2
    } else {
      step = (shorter + longer) / 2
    }
    moveTrial()
  }

  private func accept(_ new: Double, _ newGradient: UnsafePointer<Double>) {
    value = new
    vector.copy(trial.pointer, to: point)
    vector.copy(newGradient, to: gradient)
    gradientNorm = dot(newGradient, newGradient).squareRoot()
    accepted += 1
    if gradientNorm <= tolerance, gap.isInfinite || gradientNorm == 0 {
      ending = .converged
    } else if evaluations >= limit {
      end(.exhausted)
    } else {
      search()
      guard gradientNorm <= tolerance, ending == nil else { return }
      if shortfall <= gap {
        ending = .converged
      } else if let begun = closing, evaluations >= begun.evaluations + 100 {
        // Single precision may not close the gap at all: passes are given to it as long as they gain something.
        if begun.value - value <= 10 * gap * abs(value) { end(.stalled) }
        closing = nil
      }
      closing = closing ?? (evaluations, value)
    }
  }

  /// Ends; where the gradient is small enough, that the gap cannot be closed to the last digits is no failure.
  private func end(_ other: Ending) {
    let isClosed = gap.isInfinite || shortfall <= max(gap, 1e-5)
    ending = gradientNorm <= tolerance && isClosed ? .converged : other
  }

  /// The derivative of the value as all of ``point`` is made longer, relative to the value; 0 at the minimum.
  var slopeAlong: Double { dot(gradient.pointer, point.pointer) / abs(value) }

  /// The point that a whole step from ``point`` in the present direction leads to, less ``point``.
  var remaining: UnsafePointer<Double> { UnsafePointer(direction.pointer) }

  /// Begins a search from ``point`` in a new direction.
  private func search() {
    pairs.direct(direction, against: gradient) { target in
      precondition(target)
      // How the inverse must be scaled changes little from one step to the next, and costs as much as applying it.
      if let (change, curvature) = pairs.newest, searches % 4 == 1 {
        let scaled = WorkBuffer<Double>(uninitialized: count)
        vector.copy(change.pointer, to: scaled)
        precondition(scaled.pointer)
        let factor = curvature / dot(change.pointer, scaled.pointer)
        if factor.isFinite, factor > 0 { scale = factor }
      }
      let factor = scale
      nonisolated(unsafe) let scaled = target
      vector.forEachPiece { range in cblas_dscal(Int32(range.count), factor, scaled + range.lowerBound, 1) }
      searches += 1
    }
    slope = dot(gradient.pointer, direction.pointer)
    if slope <= 0 { shortfall = -slope / 2 / abs(value) }
    if !(slope < 0) {
      guard !pairs.isEmpty else {
        end(.stalled)
        return
      }
      pairs.forget()
      search()
      return
    }
    step = 1
    shorter = 0
    longer = .infinity
    tries = 0
    moveTrial()
  }

  private func moveTrial() {
    let (trial, point, direction, step) = (trial, point, direction, step)
    vector.forEachPiece { range in
      for index in range { trial.pointer[index] = point.pointer[index] + step * direction.pointer[index] }
    }
  }

  private func dot(_ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>) -> Double {
    vector.dot(left, right)
  }
}
