public import CInterface
internal import Foundation
internal import MVCore
internal import MVStore

/// Implements `mvmr_feature_file_open`, which `mvmr.h` describes.
@c @implementation
public func mvmr_feature_file_open(
  _ path: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<OpaquePointer?>?
) -> mvmr_status {
  attempt {
    let place = try place(file, "file")
    let url = URL(filePath: try callerText(path, "path"))
    place.pointee = Handles.add(FeatureFileHandle(try FeatureFile(reading: url)))
  }
}

/// Implements `mvmr_feature_file_free`, which `mvmr.h` describes.
@c @implementation
public func mvmr_feature_file_free(_ file: OpaquePointer?) { Handles.remove(file, as: FeatureFileHandle.self) }

/// Implements `mvmr_feature_file_description`, which `mvmr.h` describes.
@c @implementation
public func mvmr_feature_file_description(
  _ file: OpaquePointer?, _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> mvmr_status {
  attempt {
    let file = try Handles.find(file, as: FeatureFileHandle.self).file
    try give(
      JoinedObject(first: file.description, second: Notices(notices: file.notices)), to: place(json, "json"))
  }
}

/// A split of a file; throws where there is none of this name.
private func split(_ file: OpaquePointer?, _ name: UnsafePointer<CChar>?) throws -> FeatureSplit {
  try Handles.find(file, as: FeatureFileHandle.self).file[callerText(name, "split")]
}

/// Throws unless there is room for `needed` values.
private func checkRoom(_ capacity: Int64, for needed: Int, _ what: String) throws(Refusal) {
  guard capacity >= needed else {
    throw Refusal(
      MVMR_INVALID_ARGUMENT, "capacity", "is \(capacity), too little for \(what)", remedy: "it takes \(needed)")
  }
}

/// Implements `mvmr_feature_file_rows`, which `mvmr.h` describes.
@c @implementation
public func mvmr_feature_file_rows(
  _ file: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ rows: UnsafeMutablePointer<Int64>?
) -> mvmr_status {
  attempt { try place(rows, "rows").pointee = Int64(split(file, name).count) }
}

/// Implements `mvmr_feature_file_labels`, which `mvmr.h` describes.
@c @implementation
public func mvmr_feature_file_labels(
  _ file: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ labels: UnsafeMutablePointer<Int64>?, _ capacity: Int64
) -> mvmr_status {
  attempt {
    let split = try split(file, name)
    guard case .single(let values) = split.labels else {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, "labels of \(split.name)", "are several a row", remedy: "ask for label columns")
    }
    try checkRoom(capacity, for: values.count, "\(values.count) labels")
    let place = try place(labels, "labels")
    for (row, label) in values.enumerated() { place[row] = label }
  }
}

/// Implements `mvmr_feature_file_label_columns`, which `mvmr.h` describes.
@c @implementation
public func mvmr_feature_file_label_columns(
  _ file: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ labels: UnsafeMutablePointer<UInt8>?, _ capacity: Int64,
  _ classes: UnsafeMutablePointer<Int64>?
) -> mvmr_status {
  attempt {
    let split = try split(file, name)
    guard case .multi(let values, let count) = split.labels else {
      throw Refusal(MVMR_INVALID_ARGUMENT, "labels of \(split.name)", "are one a row", remedy: "ask for labels")
    }
    if let labels {
      try checkRoom(capacity, for: values.count, "\(split.count) x \(count) labels")
      values.withUnsafeBufferPointer { values in
        if let start = values.baseAddress { labels.update(from: start, count: values.count) }
      }
    }
    classes?.pointee = Int64(count)
  }
}

/// Implements `mvmr_feature_file_ids`, which `mvmr.h` describes.
@c @implementation
public func mvmr_feature_file_ids(
  _ file: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ ids: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ width: UnsafeMutablePointer<Int64>?
) -> mvmr_status {
  attempt {
    let packed = try split(file, name).ids
    let (place, width) = (try place(ids, "ids"), try place(width, "width"))
    let copy = try memory(packed.bytes.count)
    packed.bytes.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress { copy.copyMemory(from: start, byteCount: bytes.count) }
    }
    place.pointee = copy.bindMemory(to: CChar.self, capacity: max(1, packed.bytes.count))
    width.pointee = Int64(packed.width)
  }
}

/// Implements `mvmr_feature_file_skipped`, which `mvmr.h` describes.
@c @implementation
public func mvmr_feature_file_skipped(
  _ file: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ marks: UnsafeMutablePointer<UInt8>?, _ capacity: Int64
) -> mvmr_status {
  attempt {
    let split = try split(file, name)
    try checkRoom(capacity, for: split.count, "\(split.count) marks")
    let place = try place(marks, "marks")
    place.update(repeating: 0, count: split.count)
    for row in split.skipped { place[row] = 1 }
  }
}

/// Implements `mvmr_feature_file_verify`, which `mvmr.h` describes.
@c @implementation
public func mvmr_feature_file_verify(
  _ file: OpaquePointer?, _ threadCount: Int32, _ progress: mvmr_progress?, _ context: UnsafeMutableRawPointer?,
  _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> mvmr_status {
  attempt {
    let file = try Handles.find(file, as: FeatureFileHandle.self).file
    let threads = try threads(threadCount)
    let result = try running(Listener(progress: progress, context: context)) {
      (cancellation, progress) throws(MVError) in
      try file.verify(threads: threads, cancellation: cancellation, progress: progress)
    }
    if let json { try give(result, to: json) }
  }
}

/// Implements `mvmr_feature_file_features`, which `mvmr.h` describes.
@c @implementation
public func mvmr_feature_file_features(
  _ file: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ representation: UnsafePointer<CChar>?,
  _ allowMissing: Int32, _ features: UnsafeMutablePointer<OpaquePointer?>?
) -> mvmr_status {
  attempt {
    let split = try split(file, name)
    let place = try place(features, "features")
    let representation = try callerText(representation, "representation")
    let matrix = try split.features(representation, allowingMissing: allowMissing != 0)
    guard let plan = split.representations.first(where: { $0.name == representation }) else {
      throw MVError.internalFault(split.path, "lost representation \(representation)")
    }
    place.pointee = Handles.add(FeaturesHandle(matrix, plan))
  }
}
