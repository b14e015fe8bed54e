public import CInterface
internal import MVCore
internal import MVStore

/// Implements `mvmr_features_free`, which `mvmr.h` describes.
@c @implementation
public func mvmr_features_free(_ features: OpaquePointer?) { Handles.remove(features, as: FeaturesHandle.self) }

/// Implements `mvmr_features_size`, which `mvmr.h` describes.
@c @implementation
public func mvmr_features_size(
  _ features: OpaquePointer?, _ rows: UnsafeMutablePointer<Int64>?, _ columns: UnsafeMutablePointer<Int64>?
) -> mvmr_status {
  attempt {
    let matrix = try Handles.find(features, as: FeaturesHandle.self).matrix
    rows?.pointee = Int64(matrix.rows)
    columns?.pointee = Int64(matrix.columns)
  }
}

private struct StoredDocument: Encodable {
  let name, representation, dtype: String
  let settings: [String: SettingValue]
  let rows: Int
}

/// Implements `mvmr_features_layout`, which `mvmr.h` describes.
@c @implementation
public func mvmr_features_layout(
  _ features: OpaquePointer?, _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> mvmr_status {
  attempt {
    let handle = try Handles.find(features, as: FeaturesHandle.self)
    let (plan, matrix) = (handle.plan, handle.matrix)
    try give(
      JoinedObject(
        first: LayoutDocument(shape: plan.shape, axes: plan.axes, labels: plan.labels),
        second: StoredDocument(
          name: plan.name, representation: plan.representation, dtype: matrix.element.rawValue,
          settings: plan.settings, rows: matrix.rows)), to: place(json, "json"))
  }
}

/// Throws where a number of rows is negative.
private func checkCount(_ count: Int64) throws(Refusal) {
  guard count >= 0, count < Int64(Int.max / 64) else {
    throw Refusal(MVMR_INVALID_ARGUMENT, "count", "is \(count)", remedy: "give 0 or more")
  }
}

/// Implements `mvmr_features_read`, which `mvmr.h` describes.
@c @implementation
public func mvmr_features_read(
  _ features: OpaquePointer?, _ indices: UnsafePointer<Int64>?, _ count: Int64, _ rows: UnsafeMutablePointer<Float>?,
  _ stride: Int64, _ capacity: Int64, _ threadCount: Int32
) -> mvmr_status {
  attempt {
    let handle = try Handles.find(features, as: FeaturesHandle.self)
    let matrix = handle.matrix
    let threads = try threads(threadCount)
    try checkCount(count)
    let rows = try CallerRows(
      rows, count: Int(count), columns: matrix.columns, stride: stride, capacity: capacity)
    guard count > 0 else { return }
    guard let indices else {
      throw Refusal(MVMR_INVALID_ARGUMENT, "indices", "is NULL", remedy: "give \(count) row numbers")
    }
    // Copied before they are looked at: nothing may change between the check and the use.
    let wanted = UnsafeBufferPointer(start: indices, count: Int(count)).map { Int($0) }
    if let place = wanted.firstIndex(where: { $0 < 0 || $0 >= matrix.rows }) {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, "index \(wanted[place]) at \(place)", "is none of the \(matrix.rows) rows",
        remedy: "give 0 to \(matrix.rows - 1)")
    }
    handle.read(wanted.count, into: rows, threads: threads) { range, target in
      matrix.copyRows(at: range.count == wanted.count ? wanted : Array(wanted[range]), into: target)
    }
  }
}

/// Implements `mvmr_features_read_range`, which `mvmr.h` describes.
@c @implementation
public func mvmr_features_read_range(
  _ features: OpaquePointer?, _ first: Int64, _ count: Int64, _ rows: UnsafeMutablePointer<Float>?, _ stride: Int64,
  _ capacity: Int64, _ threadCount: Int32
) -> mvmr_status {
  attempt {
    let handle = try Handles.find(features, as: FeaturesHandle.self)
    let matrix = handle.matrix
    let threads = try threads(threadCount)
    try checkCount(count)
    guard first >= 0, first <= matrix.rows, count <= Int64(matrix.rows) - first else {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, "\(count) rows from \(first) on", "are not all among the \(matrix.rows)",
        remedy: "give a range within them")
    }
    let rows = try CallerRows(
      rows, count: Int(count), columns: matrix.columns, stride: stride, capacity: capacity)
    guard count > 0 else { return }
    let start = Int(first)
    handle.read(Int(count), into: rows, threads: threads) { range, target in
      matrix.copyRows(start + range.lowerBound..<start + range.upperBound, into: target)
    }
  }
}
