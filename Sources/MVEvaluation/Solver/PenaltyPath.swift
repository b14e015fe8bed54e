internal import Foundation
internal import MVCore
internal import SystemOpenBLAS

/// Fits of one probe under one penalty after the other, each from where the last one ended.
///
/// L-BFGS, preconditioned by the curvature at a point it has passed. A new preconditioner is made once as much work
/// went into passes as it takes: first one for all classes together, later one for each, where these are small enough,
/// and somewhat sooner, as all later fits gain by it.
final class PenaltyPath {
  let objective: ProbeObjective
  /// The operations spent on passes in all.
  private(set) var work = 0.0
  private var course: Course
  private var lastAccepted = 0
  /// Whether the path begins at zeros.
  private let isBlank: Bool
  private let run: EvaluationRun
  /// The operations spent on passes since the preconditioner was made.
  private var sinceFactors = 0.0
  private var sampled = 0
  /// The operations spent on passes since the Gram matrices were made.
  private var spent: Double

  /// How far the path leads, and what it has learned on the way.
  private struct Course {
    /// Where the last fit ended.
    var point: WorkBuffer<Double>
    /// The penalty of the last fit.
    var last: Double?
    /// The penalty before it, and where that fit ended.
    var earlier: (lambda: Double, point: WorkBuffer<Double>)?
    var grams: [CurvatureGram] = []
    var preconditioner: CurvaturePreconditioner?
    /// The penalty of ``preconditioner``.
    var preconditioned: Double?

    /// Begins at zeros.
    init(_ objective: ProbeObjective) { point = WorkBuffer<Double>(objective.parameters, repeating: 0) }
  }

  /// Where the last fit ended.
  var point: WorkBuffer<Double> { course.point }

  /// Begins at `start`, or zeros where nil; a preconditioner may take `work` operations from the first.
  init(_ objective: ProbeObjective, from start: WorkBuffer<Double>? = nil, work: Double = 0) {
    self.objective = objective
    spent = work
    isBlank = start == nil
    run = objective.data.run
    course = Course(objective)
    if let start { point.pointer.update(from: start.pointer, count: point.count) }
  }

  /// The norm and the gap at which a fit ends, see ``QuasiNewton``; and passes after which it does all the same.
  struct Goal {
    let gradientNorm: Double
    var gap = Double.infinity
    let limit: Int
  }

  /// Where a fit ended, after how many passes, and why.
  struct Fit {
    let descent: QuasiNewton
    var ending: FittedProbe.Ending
    var passes: Int
  }

  /// Minimizes under `lambda`, first roughly under the penalties `stronger`, from the strongest on.
  ///
  /// `isSettled` is asked now and then whether what is known of the point is enough. `passed` is told how far the fit
  /// has come, 0...1, after each pass. Throws where the work shall stop. To be called within ``SerialBLAS``.
  func fit(
    _ lambda: Double, after stronger: [Double] = [], _ goal: Goal,
    isSettled: (QuasiNewton) throws(MVError) -> Bool = { _ in false }, passed: (Double) -> Void = { _ in }
  ) throws(MVError) -> Fit {
    var passes = 0
    let led = stronger.isEmpty ? way(to: lambda) : []
    for lambda in stronger + led {
      let rough = Goal(gradientNorm: .infinity, gap: 1e-2, limit: goal.limit)
      passes += try minimize(lambda, rough, isSettled: { _ in false }, passed: passed).passes
    }
    var fit = try minimize(lambda, goal, isSettled: isSettled, passed: passed)
    // Roughly fitted, the way may have led to where single precision gets no further.
    let isLost = !led.isEmpty && (fit.ending == .stalled || fit.ending == .exhausted)
    if isLost || isAstray(fit) {
      passes += fit.passes
      passes += try beginAgain(on: waypoints(to: lambda), goal, passed)
      fit = try minimize(lambda, goal, isSettled: isSettled, passed: passed)
      if fit.ending == .converged, isAstray(fit) { fit.ending = .stalled }
    }
    fit.passes += passes
    return fit
  }

  /// Whether a fit has ended where shorter weights alone would do much better, though the gradient is small.
  ///
  /// Under a very weak penalty one long step may lead to weights so large that every row is sure and all of the value
  /// is the penalty's. Its gradient is small for any weights, and the preconditioner knows the curvature elsewhere.
  private func isAstray(_ fit: Fit) -> Bool { fit.descent.value > 0 && fit.descent.slopeAlong > 0.5 }

  /// Goes from zeros to under the weakest of `penalties`, each to the end; returns the passes.
  private func beginAgain(
    on penalties: [Double], _ goal: Goal, _ passed: (Double) -> Void
  ) throws(MVError) -> Int {
    course = Course(objective)
    var passes = 0
    for lambda in penalties {
      course.earlier = nil
      passes += try minimize(lambda, goal, isSettled: { _ in false }, passed: passed).passes
    }
    return passes
  }

  /// The penalties on the way from zeros to a weak one, where rows are so few that any labels can be told apart.
  ///
  /// Such fits become sure of every row in the end; the curvature falls by a factor with each step there, and what was
  /// learned of it misleads.
  private func way(to lambda: Double) -> [Double] {
    guard course.last == nil, isBlank, objective.rows <= objective.data.columns + 1 else { return [] }
    return waypoints(to: lambda)
  }

  /// Penalties from 1 down to a weaker one, two a decade.
  private func waypoints(to lambda: Double) -> [Double] {
    guard lambda > 0 else { return [] }
    return (0..<40).map { pow(10, -Double($0) / 2) }.filter { $0 > 1.01 * lambda }
  }

  private func minimize(
    _ lambda: Double, _ goal: Goal, isSettled: (QuasiNewton) throws(MVError) -> Bool, passed: (Double) -> Void
  ) throws(MVError) -> Fit {
    let trial = foretold(lambda)
    let threads = objective.data.threads
    let descent = QuasiNewton(
      from: trial, tolerance: goal.gradientNorm, gap: goal.gap, limit: goal.limit, threads: threads
    ) { [unowned self] in self.course.preconditioner?.apply($0) }
    let gradient = WorkBuffer<Double>(uninitialized: point.count)
    let penalized = LongVector(count: objective.classes * objective.data.columns, threads: threads)
    var first = 0.0
    var asked = 0
    var renewed = 0
    while descent.ending == nil {
      try run.check()
      var value = try objective.evaluate([UnsafePointer(descent.trial.pointer)], gradients: gradient)[0]
      spent += passWork
      sinceFactors += passWork
      work += passWork
      let trial = descent.trial
      let square = penalized.sums(1) { range, sums in
        for index in range {
          let weight = trial.pointer[index]
          sums[0] += weight * weight
          gradient.pointer[index] += lambda * weight
        }
      }
      value += lambda / 2 * square[0]
      if descent.evaluations == 0 {
        // Where there is nothing to do, no preconditioner is wanted.
        let norm = LongVector(count: point.count, threads: threads).dot(gradient.pointer, gradient.pointer).squareRoot()
        if goal.gap.isFinite || !(norm <= goal.gradientNorm) {
          _ = try renew(lambda, at: point, isStart: true, accepted: lastAccepted)
        }
      }
      descent.tell(value: value, gradient: gradient.pointer)
      if first == 0 { first = descent.gradientNorm }
      passed(Self.part(from: first, to: goal.gradientNorm, at: descent.gradientNorm))
      guard descent.ending == nil else { break }
      if descent.accepted >= asked + 2 {
        asked = descent.accepted
        if try isSettled(descent) {
          finish(descent, lambda)
          return Fit(descent: descent, ending: .settled, passes: descent.evaluations)
        }
      }
      if descent.accepted > renewed + (course.preconditioned == lambda ? 8 : 2) {
        if try renew(lambda, at: descent.point, isStart: false, accepted: descent.accepted) {
          renewed = descent.accepted
        }
      }
    }
    finish(descent, lambda)
    let ending: FittedProbe.Ending =
      switch descent.ending {
      case .converged: .converged
      case .exhausted: .exhausted
      default: .stalled
      }
    return Fit(descent: descent, ending: ending, passes: descent.evaluations)
  }

  private func finish(_ descent: QuasiNewton, _ lambda: Double) {
    lastAccepted = descent.accepted
    guard descent.value.isFinite else { return }
    course.earlier = course.last.map { ($0, point) }
    course.last = lambda
    let end = WorkBuffer<Double>(uninitialized: point.count)
    end.pointer.update(from: descent.point.pointer, count: point.count)
    course.point = end
  }

  /// Where the path leads to if it goes on as it did between the last two penalties; the last point without these.
  private func foretold(_ lambda: Double) -> WorkBuffer<Double> {
    let trial = WorkBuffer<Double>(uninitialized: point.count)
    trial.pointer.update(from: point.pointer, count: point.count)
    guard let last = course.last, let (first, start) = course.earlier, first > last, last > lambda else { return trial }
    let part = min(1, log(last / lambda) / log(first / last))
    for index in 0..<point.count {
      trial.pointer[index] += part * (point.pointer[index] - start.pointer[index])
    }
    return trial
  }

  /// The part of the way from one norm of the gradient to another, which falls by about the same factor in each pass.
  private static func part(from first: Double, to last: Double, at norm: Double) -> Double {
    guard first > last, norm > 0, norm.isFinite else { return 0 }
    return min(1, max(0, log(first / norm) / log(first / last)))
  }

  // MARK: Preconditioner

  private var rows: Int { objective.rows }

  /// The operations of one pass; thin products run at a part of the rate of a Gram matrix.
  private var passWork: Double {
    let classes = Double(objective.classes)
    return 4 * Double(rows) * Double(objective.data.columns) * (classes + 8)
  }

  /// The operations that Gram matrices of `count` rows take, with their factors.
  private func gramWork(_ count: Int, _ matrices: Int) -> Double {
    let columns = Double(objective.data.columns)
    let widest = Double(CurvatureGram.blocks(of: objective.data.columns).map(\.count).max() ?? 1)
    return Double(matrices) * (Double(count) + widest / 3) * columns * widest
  }

  /// The operations that factors of the Gram matrices take.
  private var factorWork: Double { gramWork(0, course.grams.count) }

  /// Whether a matrix a class may be made: they fit memory, and factoring them takes less than some passes.
  private var mayTellClassesApart: Bool {
    let classes = objective.classes
    let columns = objective.data.columns
    return classes > 2 && 8 * classes * columns * columns <= CurvatureGram.bytes
      && classes * rows <= CurvatureGram.bytes / 4
      && gramWork(0, classes) <= 8 * passWork
  }

  /// Makes the preconditioner anew where it is worth it, and for another penalty in any case; says whether it did.
  private func renew(
    _ lambda: Double, at point: WorkBuffer<Double>, isStart: Bool, accepted: Int
  ) throws(MVError) -> Bool {
    let classes = objective.classes
    let columns = objective.data.columns
    let made = course.grams.count
    // Of many rows a part is enough, at first.
    let shared = min(rows, max(8192, 4 * columns))
    let apart = min(rows, max(8192, 32 * columns, made > 1 ? sampled + sampled / 2 : 0))
    var due: (rows: Int, byClass: Bool)?
    // Once classes are told apart, the matrices serve until a fit takes many passes again.
    let isSlow = made <= 1 || accepted > 15
    if isSlow, mayTellClassesApart, spent >= gramWork(apart, classes) * (made > 1 ? 1 : 0.5) {
      due = (apart, true)
    } else if made == 0 || made == 1 && spent >= gramWork(sampled, 1) * (isStart ? 1 : 2) {
      due = (shared, false)
    }
    if let due {
      course.grams = try objective.curvature(at: point, rows: due.rows, byClass: due.byClass)
      sampled = due.rows
      spent = 0
    } else if course.preconditioned == lambda || sinceFactors < factorWork {
      // One of another penalty serves where fits take few passes: factors would take longer than they save.
      return false
    }
    course.preconditioned = lambda
    sinceFactors = 0
    course.preconditioner = CurvaturePreconditioner(
      course.grams, lambda: lambda, classes: classes, threads: objective.data.threads)
    return true
  }
}
