internal import MVCore

/// Measures the time of a run's steps and epochs.
struct StepClock {
  private let stepsBefore: Int
  private let totalSteps: Int
  private let batchSize: Int
  private let start = ContinuousClock.now
  private var now = ContinuousClock.now
  private var steps = 0
  private var waiting = 0.0
  private var network = 0.0
  private var epochStart = ContinuousClock.now
  private var epochSteps = 0
  private var epochWaiting = 0.0
  private var epochNetwork = 0.0
  private var logStart = ContinuousClock.now
  private var logSteps = 0

  init(stepsBefore: Int, totalSteps: Int, batchSize: Int) {
    self.stepsBefore = stepsBefore
    self.totalSteps = totalSteps
    self.batchSize = batchSize
  }

  mutating func waited(_ time: Duration) {
    waiting += time.seconds
    epochWaiting += time.seconds
  }

  /// Runs `body` and counts its time as the network's: the encoder's two passes, or the optimizer.
  ///
  /// On CUDA, kernels run on after the call that starts them, so there only their launch is counted. Throws what `body`
  /// throws.
  mutating func networking<Result>(_ body: () throws(MVError) -> Result) throws(MVError) -> Result {
    let since = ContinuousClock.now
    defer {
      let time = (ContinuousClock.now - since).seconds
      network += time
      epochNetwork += time
    }
    return try body()
  }

  mutating func stepped() {
    steps += 1
    epochSteps += 1
    logSteps += 1
    now = ContinuousClock.now
  }

  /// Begins the epoch now, so that what happened since the last step is not counted.
  mutating func restartEpoch() {
    epochStart = ContinuousClock.now
    logStart = epochStart
    logSteps = 0
  }

  /// Images per second since the last call, since an epoch's scores, or since the start.
  mutating func imagesPerSecondSinceLog() -> Double {
    defer {
      logStart = now
      logSteps = 0
    }
    return Double(logSteps * batchSize) / max((now - logStart).seconds, 1e-9)
  }

  private var seconds: Double { max((now - start).seconds, 1e-9) }
  var imagesPerSecond: Double { Double(steps * batchSize) / seconds }
  var secondsLeft: Double { seconds / Double(max(steps, 1)) * Double(totalSteps - stepsBefore - steps) }
  var waitingShare: Double { waiting / seconds }
  var networkSeconds: Double { network }

  /// The figures since the last call, or since the start.
  mutating func endEpoch() -> (
    seconds: Double, imagesPerSecond: Double, waitingShare: Double, networkShare: Double
  ) {
    let time = max((now - epochStart).seconds, 1e-9)
    defer {
      epochStart = now
      epochSteps = 0
      epochWaiting = 0
      epochNetwork = 0
    }
    return (time, Double(epochSteps * batchSize) / time, epochWaiting / time, epochNetwork / time)
  }
}
