public import CInterface
internal import Foundation
internal import MVCore
internal import MVEvaluation
internal import MVStore

/// Implements `mvmr_probe_fit`, which `mvmr.h` describes.
@c @implementation
public func mvmr_probe_fit(
  _ train: UnsafePointer<mvmr_matrix>?, _ labels: UnsafePointer<Int64>?, _ options: UnsafePointer<CChar>?,
  _ threadCount: Int32, _ progress: mvmr_progress?, _ context: UnsafeMutableRawPointer?,
  _ probe: UnsafeMutablePointer<OpaquePointer?>?
) -> mvmr_status {
  attempt {
    let place = try place(probe, "probe")
    let options = try ProbeOptions(options)
    let rows = try CallerMatrix(train, "train").features(named: options.name ?? "features")
    place.pointee = Handles.add(
      try ProbeHandle(
        fitting: rows, labels, options, threads: threads(threadCount),
        listener: Listener(progress: progress, context: context)))
  }
}

/// Implements `mvmr_probe_fit_from`, which `mvmr.h` describes.
@c @implementation
public func mvmr_probe_fit_from(
  _ train: OpaquePointer?, _ labels: UnsafePointer<Int64>?, _ options: UnsafePointer<CChar>?, _ threadCount: Int32,
  _ progress: mvmr_progress?, _ context: UnsafeMutableRawPointer?, _ probe: UnsafeMutablePointer<OpaquePointer?>?
) -> mvmr_status {
  attempt {
    let place = try place(probe, "probe")
    let options = try ProbeOptions(options)
    guard options.name == nil else {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, "name of options", "is that of the features here", remedy: "leave it out")
    }
    let rows = try Handles.find(train, as: FeaturesHandle.self).matrix
    place.pointee = Handles.add(
      try ProbeHandle(
        fitting: rows, labels, options, threads: threads(threadCount),
        listener: Listener(progress: progress, context: context)))
  }
}

/// Implements `mvmr_probe_load`, which `mvmr.h` describes.
@c @implementation
public func mvmr_probe_load(
  _ path: UnsafePointer<CChar>?, _ probe: UnsafeMutablePointer<OpaquePointer?>?
) -> mvmr_status {
  attempt {
    let place = try place(probe, "probe")
    let url = URL(filePath: try callerText(path, "path"))
    place.pointee = Handles.add(ProbeHandle(try FittedProbe(contentsOf: url)))
  }
}

/// Implements `mvmr_probe_save`, which `mvmr.h` describes.
@c @implementation
public func mvmr_probe_save(_ probe: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> mvmr_status {
  attempt {
    let probe = try Handles.find(probe, as: ProbeHandle.self).probe
    try probe.write(to: URL(filePath: callerText(path, "path")))
  }
}

/// Implements `mvmr_probe_free`, which `mvmr.h` describes.
@c @implementation
public func mvmr_probe_free(_ probe: OpaquePointer?) { Handles.remove(probe, as: ProbeHandle.self) }

private struct ProbeDocument: Encodable {
  struct Candidate: Encodable {
    let lambda: Double
    let validation_top1, validation_balanced_accuracy, objective, gradient_norm: Double?
    let iterations: Int?
    let ending: FittedProbe.Ending?
  }
  let inputs: [FittedProbe.Input]
  let classes: [Int64]
  let columns, iterations, train_rows: Int
  let lambda, train_loss, objective, gradient_norm, seconds: Double
  let candidates: [Candidate]
  let converged, standardized: Bool
  let seed: UInt64
}

/// Implements `mvmr_probe_description`, which `mvmr.h` describes.
@c @implementation
public func mvmr_probe_description(
  _ probe: OpaquePointer?, _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> mvmr_status {
  attempt {
    let probe = try Handles.find(probe, as: ProbeHandle.self).probe
    try give(
      ProbeDocument(
        inputs: probe.inputs, classes: probe.classes, columns: probe.columns, iterations: probe.iterations,
        train_rows: probe.trainRows, lambda: probe.lambda, train_loss: probe.trainLoss, objective: probe.objective,
        gradient_norm: probe.gradientNorm, seconds: probe.seconds,
        candidates: probe.candidates.map {
          .init(
            lambda: $0.lambda, validation_top1: $0.validationTop1,
            validation_balanced_accuracy: $0.validationBalancedAccuracy, objective: $0.objective,
            gradient_norm: $0.gradientNorm, iterations: $0.iterations, ending: $0.ending)
        }, converged: probe.converged, standardized: probe.standardized, seed: probe.seed), to: place(json, "json"))
  }
}

/// Implements `mvmr_probe_weights`, which `mvmr.h` describes.
@c @implementation
public func mvmr_probe_weights(
  _ probe: OpaquePointer?, _ weights: UnsafeMutablePointer<Float>?, _ capacity: Int64,
  _ intercepts: UnsafeMutablePointer<Double>?
) -> mvmr_status {
  attempt {
    let probe = try Handles.find(probe, as: ProbeHandle.self).probe
    if let weights {
      guard capacity >= probe.weights.count else {
        throw Refusal(
          MVMR_INVALID_ARGUMENT, "capacity", "is \(capacity), too little for the weights",
          remedy: "it takes \(probe.weights.count)")
      }
      for (place, weight) in probe.weights.enumerated() { weights[place] = weight }
    }
    if let intercepts { for (place, intercept) in probe.intercepts.enumerated() { intercepts[place] = intercept } }
  }
}

/// What the probe says of the caller's rows, in place; nil where there are none.
private func results(
  _ probe: OpaquePointer?, _ rows: UnsafePointer<mvmr_matrix>?, _ threadCount: Int32,
  _ ask: (FittedProbe, LabeledFeatures, Int) throws(MVError) -> Matrix
) throws -> (probe: FittedProbe, values: Matrix)? {
  let probe = try Handles.find(probe, as: ProbeHandle.self).probe
  let given = try CallerMatrix(rows, "rows")
  guard given.columns == probe.columns else {
    throw Refusal(
      MVMR_INVALID_ARGUMENT, "rows", "have \(given.columns) values, the probe was fitted on \(probe.columns)",
      remedy: "give rows of the same representations and settings")
  }
  let threads = try threads(threadCount)
  guard given.rows > 0 else { return nil }
  let matrix = given.features(named: "rows")
  // A probe of several representations takes their columns side by side.
  var start = 0
  let parts = probe.inputs.map { input in
    let range = start..<start + input.columns
    start = range.upperBound
    return probe.inputs.count == 1
      ? matrix
      : matrix.projected(to: input.columns) { row, result in
        for column in range { result[column - range.lowerBound] = row[column] }
      }
  }
  let features = try LabeledFeatures(
    parts, labels: .single([Int64](repeating: 0, count: given.rows)), name: "the rows given")
  return (probe, try ask(probe, features, threads))
}

/// Implements `mvmr_probe_predict`, which `mvmr.h` describes.
@c @implementation
public func mvmr_probe_predict(
  _ probe: OpaquePointer?, _ rows: UnsafePointer<mvmr_matrix>?, _ classes: UnsafeMutablePointer<Int64>?,
  _ threadCount: Int32
) -> mvmr_status {
  attempt {
    let place = try place(classes, "classes")
    let found = try results(probe, rows, threadCount) { (probe, rows, threads) throws(MVError) in
      try probe.scores(rows, threads: threads)
    }
    guard let (probe, scores) = found else { return }
    for row in 0..<scores.rows {
      var best = 0
      for column in 1..<max(1, scores.columns) where scores[row, column] > scores[row, best] { best = column }
      place[row] = probe.classes[best]
    }
  }
}

/// Implements `mvmr_probe_scores`, which `mvmr.h` describes.
@c @implementation
public func mvmr_probe_scores(
  _ probe: OpaquePointer?, _ rows: UnsafePointer<mvmr_matrix>?, _ scores: UnsafeMutablePointer<Float>?,
  _ threadCount: Int32
) -> mvmr_status {
  attempt {
    let place = try place(scores, "scores")
    let found = try results(probe, rows, threadCount) { (probe, rows, threads) throws(MVError) in
      try probe.scores(rows, threads: threads)
    }
    if let found { for (index, value) in found.values.values.enumerated() { place[index] = value } }
  }
}

/// Implements `mvmr_probe_probabilities`, which `mvmr.h` describes.
@c @implementation
public func mvmr_probe_probabilities(
  _ probe: OpaquePointer?, _ rows: UnsafePointer<mvmr_matrix>?, _ probabilities: UnsafeMutablePointer<Float>?,
  _ threadCount: Int32
) -> mvmr_status {
  attempt {
    let place = try place(probabilities, "probabilities")
    let found = try results(probe, rows, threadCount) { (probe, rows, threads) throws(MVError) in
      try probe.probabilities(rows, threads: threads)
    }
    if let found { for (index, value) in found.values.values.enumerated() { place[index] = value } }
  }
}
