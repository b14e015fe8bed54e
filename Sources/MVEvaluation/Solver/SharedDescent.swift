internal import MVCore

/// Minimizes several penalized losses at once, all in the same passes over the rows.
///
/// Each is a mean loss that `evaluate` knows, and lambda / 2 times the square of the first ``penalized`` parameters.
struct SharedDescent {
  /// One loss to minimize.
  struct Job {
    /// Where to start; zeros where nil.
    let start: WorkBuffer<Double>?
    /// The penalty lambda.
    let lambda: Double
    let preconditioner: Preconditioner
  }

  /// The norm of the gradient at which a job ends.
  let tolerance: Double
  /// Passes after which a job ends all the same.
  let limit: Int
  /// Numbers that each job has to find.
  let parameters: Int
  /// How many of them, the first ones, are penalized.
  let penalized: Int
  let threads: Int
  let run: EvaluationRun

  /// Where each job ended; `ended` is told how many more jobs have.
  ///
  /// `evaluate` is given the numbers of the jobs that go on and their points; it returns the mean losses and writes
  /// their gradients one after the other. Throws what it throws, and where the work shall stop.
  func minimize(
    _ jobs: [Job], ended: (Int) -> Void,
    evaluate: ([Int], [UnsafePointer<Double>], WorkBuffer<Double>) throws(MVError) -> [Double]
  ) throws(MVError) -> [QuasiNewton] {
    let descents = jobs.map { job in
      let trial = WorkBuffer<Double>(parameters, repeating: 0)
      if let start = job.start { trial.pointer.update(from: start.pointer, count: trial.count) }
      return QuasiNewton(from: trial, tolerance: tolerance, limit: limit, precondition: job.preconditioner.apply)
    }
    try SerialBLAS.run { () throws(MVError) in
      let gradients = WorkBuffer<Double>(uninitialized: jobs.count * parameters)
      var active = Array(jobs.indices)
      while !active.isEmpty {
        try run.check()
        let losses = try evaluate(active, active.map { UnsafePointer(descents[$0].trial.pointer) }, gradients)
        let working = active
        Parallel.forEach(working.count, threads: threads) { place in
          let descent = descents[working[place]]
          let lambda = jobs[working[place]].lambda
          let gradient = gradients.pointer + place * parameters
          var square = 0.0
          for index in 0..<penalized {
            square += descent.trial.pointer[index] * descent.trial.pointer[index]
            gradient[index] += lambda * descent.trial.pointer[index]
          }
          descent.tell(value: losses[place] + lambda / 2 * square, gradient: gradient)
        }
        active.removeAll { descents[$0].ending != nil }
        if active.count < working.count { ended(working.count - active.count) }
      }
    }
    return descents
  }
}
