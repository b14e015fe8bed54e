public import CInterface
internal import MVCore
internal import MVEvaluation
internal import MVStore

/// Implements `mvmr_neighbors_create`, which `mvmr.h` describes.
@c @implementation
public func mvmr_neighbors_create(
  _ train: UnsafePointer<mvmr_matrix>?, _ labels: UnsafePointer<Int64>?, _ options: UnsafePointer<CChar>?,
  _ neighbors: UnsafeMutablePointer<OpaquePointer?>?
) -> mvmr_status {
  attempt {
    let place = try place(neighbors, "neighbors")
    let matrix = try CallerMatrix(train, "train").features(copying: true)
    place.pointee = Handles.add(try NeighborsHandle(matrix, labels, options, generation: nil))
  }
}

/// Implements `mvmr_neighbors_create_from`, which `mvmr.h` describes.
@c @implementation
public func mvmr_neighbors_create_from(
  _ train: OpaquePointer?, _ labels: UnsafePointer<Int64>?, _ options: UnsafePointer<CChar>?,
  _ neighbors: UnsafeMutablePointer<OpaquePointer?>?
) -> mvmr_status {
  attempt {
    let place = try place(neighbors, "neighbors")
    let features = try Handles.find(train, as: FeaturesHandle.self)
    place.pointee = Handles.add(
      try NeighborsHandle(features.matrix, labels, options, generation: features.generation))
  }
}

/// Implements `mvmr_neighbors_free`, which `mvmr.h` describes.
@c @implementation
public func mvmr_neighbors_free(_ neighbors: OpaquePointer?) {
  Handles.remove(neighbors, as: NeighborsHandle.self)
}

/// Implements `mvmr_neighbors_classes`, which `mvmr.h` describes.
@c @implementation
public func mvmr_neighbors_classes(
  _ neighbors: OpaquePointer?, _ classes: UnsafeMutablePointer<Int64>?, _ capacity: Int64,
  _ count: UnsafeMutablePointer<Int64>?
) -> mvmr_status {
  attempt {
    let known = try Handles.find(neighbors, as: NeighborsHandle.self).classes
    if let classes {
      guard capacity >= known.count else {
        throw Refusal(
          MVMR_INVALID_ARGUMENT, "capacity", "is \(capacity), too little for \(known.count) classes",
          remedy: "it takes \(known.count)")
      }
      for (place, label) in known.enumerated() { classes[place] = label }
    }
    count?.pointee = Int64(known.count)
  }
}

/// The queries, in place; nil where the rows themselves are meant.
private func queries(_ argument: UnsafePointer<mvmr_matrix>?) throws(Refusal) -> FeatureMatrix? {
  guard argument != nil else { return nil }
  return try CallerMatrix(argument, "queries").features(named: "queries")
}

/// How many neighbors are asked for; throws where they are fewer than 1 or more than there can be.
private func count(_ k: Int64, of handle: NeighborsHandle) throws(Refusal) -> Int {
  guard k >= 1, k <= handle.train.rows else {
    throw Refusal(
      MVMR_INVALID_ARGUMENT, "k", "is \(k), and there are \(handle.train.rows) rows",
      remedy: "give 1 to \(handle.train.rows)")
  }
  return Int(k)
}

/// Implements `mvmr_neighbors_search`, which `mvmr.h` describes.
@c @implementation
public func mvmr_neighbors_search(
  _ neighbors: OpaquePointer?, _ asked: UnsafePointer<mvmr_matrix>?, _ k: Int64,
  _ indices: UnsafeMutablePointer<Int64>?, _ values: UnsafeMutablePointer<Float>?, _ threadCount: Int32,
  _ progress: mvmr_progress?, _ context: UnsafeMutableRawPointer?
) -> mvmr_status {
  attempt {
    let handle = try Handles.find(neighbors, as: NeighborsHandle.self)
    let queries = try queries(asked)
    let (k, threads) = (try count(k, of: handle), try threads(threadCount))
    guard queries?.rows != 0 else { return }
    let found = try handle.search(
      queries, k: k, threads: threads, listener: Listener(progress: progress, context: context))
    if let indices { for (place, row) in found.rows.enumerated() { indices[place] = Int64(row) } }
    if let values { for (place, value) in found.values.enumerated() { values[place] = value } }
  }
}

/// Implements `mvmr_neighbors_predict`, which `mvmr.h` describes.
@c @implementation
public func mvmr_neighbors_predict(
  _ neighbors: OpaquePointer?, _ asked: UnsafePointer<mvmr_matrix>?, _ k: Int64, _ temperature: Double,
  _ classes: UnsafeMutablePointer<Int64>?, _ shares: UnsafeMutablePointer<Float>?, _ threadCount: Int32,
  _ progress: mvmr_progress?, _ context: UnsafeMutableRawPointer?
) -> mvmr_status {
  attempt {
    let handle = try Handles.find(neighbors, as: NeighborsHandle.self)
    let queries = try queries(asked)
    let (k, threads) = (try count(k, of: handle), try threads(threadCount))
    guard queries?.rows != 0 else { return }
    let votes = try handle.vote(
      queries, k: k, temperature: temperature, threads: threads,
      listener: Listener(progress: progress, context: context))
    let width = votes.classes.count
    if queries == nil {
      classes?.update(repeating: -1, count: handle.train.rows)
      shares?.update(repeating: 0, count: handle.train.rows * width)
    }
    for (place, row) in votes.queries.enumerated() {
      classes?[row] = votes.predictions[place]
      if let shares {
        for column in 0..<width { shares[row * width + column] = votes.shares[place, column] }
      }
    }
  }
}
