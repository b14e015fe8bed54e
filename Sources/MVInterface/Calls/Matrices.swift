internal import CInterface
internal import Foundation
internal import MVCore
internal import MVStore

/// A matrix in the caller's memory, checked.
struct CallerMatrix {
  let rows: Int
  let columns: Int
  /// Values from one row to the next.
  private let stride: Int
  /// Not read where there are no rows.
  private let data: UnsafePointer<Float>

  /// Throws where it is NULL, has sizes that cannot be, or lies between values.
  init(_ argument: UnsafePointer<mvmr_matrix>?, _ name: String) throws(Refusal) {
    guard let matrix = argument?.pointee else {
      throw Refusal(MVMR_INVALID_ARGUMENT, name, "is NULL", remedy: "give a matrix")
    }
    guard matrix.rows >= 0, matrix.columns > 0, matrix.columns < 1 << 31 else {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, name, "has \(matrix.rows) rows of \(matrix.columns) values",
        remedy: "give 0 rows or more of 1 to 2147483647 values")
    }
    stride = Int(matrix.row_stride == 0 ? matrix.columns : matrix.row_stride)
    guard stride >= matrix.columns else {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, name, "has rows \(stride) values apart, which have \(matrix.columns)",
        remedy: "give a row_stride of \(matrix.columns) or more, or 0")
    }
    (rows, columns) = (Int(matrix.rows), Int(matrix.columns))
    let (_, overflow) = rows.multipliedReportingOverflow(by: stride)
    guard !overflow, rows * stride < Int.max / 8 else {
      throw Refusal(MVMR_INVALID_ARGUMENT, name, "has \(rows) rows, too many", remedy: "give fewer rows")
    }
    guard let data = matrix.data ?? (rows == 0 ? UnsafePointer(bitPattern: 4) : nil) else {
      throw Refusal(MVMR_INVALID_ARGUMENT, name, "has \(rows) rows at NULL", remedy: "give its values")
    }
    guard UInt(bitPattern: data) % 4 == 0 else {
      throw Refusal(MVMR_INVALID_ARGUMENT, name, "is not aligned to 4 bytes", remedy: "copy it to aligned memory")
    }
    self.data = data
  }

  /// The rows as features: in place where they lie without gaps and `copying` is not asked for.
  ///
  /// What is in place must not be used after the call.
  func features(named name: String = "features", copying: Bool = false) -> FeatureMatrix {
    let bytes: Data
    if rows == 0 {
      bytes = Data()
    } else if stride == columns {
      let start = UnsafeMutableRawPointer(mutating: data)
      bytes =
        copying
        ? Data(bytes: start, count: rows * columns * 4)
        : Data(bytesNoCopy: start, count: rows * columns * 4, deallocator: .none)
    } else {
      var copy = Data(capacity: rows * columns * 4)
      for row in 0..<rows { copy.append(UnsafeBufferPointer(start: data + row * stride, count: columns)) }
      bytes = copy
    }
    return FeatureMatrix(name: name, rows: rows, shape: [columns], element: .float32, bytes: bytes)
  }

  /// The rows one after the other, in place where they lie so.
  ///
  /// The memory is good during `body`. Throws what `body` throws.
  func withRows<Result, Failure: Error>(
    _ body: (UnsafePointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard stride != columns, rows > 1 else { return try body(data) }
    let copy = UnsafeMutablePointer<Float>.allocate(capacity: rows * columns)
    defer { copy.deallocate() }
    for row in 0..<rows { (copy + row * columns).update(from: data + row * stride, count: columns) }
    return try body(copy)
  }
}

/// Rows that a call writes into the caller's memory, checked.
struct CallerRows {
  let start: UnsafeMutablePointer<Float>
  /// Values from one row to the next.
  let stride: Int

  /// Throws where the memory is NULL, does not hold `count` rows of `columns` values, or lies between values.
  init(
    _ rows: UnsafeMutablePointer<Float>?, count: Int, columns: Int, stride: Int64, capacity: Int64
  ) throws(Refusal) {
    let stride = Int(stride == 0 ? Int64(columns) : stride)
    guard stride >= columns else {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, "row_stride", "is \(stride), and a row has \(columns) values",
        remedy: "give \(columns) or more, or 0")
    }
    let (skipped, overflow) = max(0, count - 1).multipliedReportingOverflow(by: stride)
    let (needed, beyond) = skipped.addingReportingOverflow(count == 0 ? 0 : columns)
    guard !overflow, !beyond, needed <= capacity, needed < Int.max / 8 else {
      throw Refusal(
        MVMR_INVALID_ARGUMENT, "capacity", "is \(capacity), too little for \(count) rows \(stride) values apart",
        remedy: overflow || beyond ? "give fewer rows" : "it takes \(needed)")
    }
    guard let start = rows ?? (count == 0 ? UnsafeMutablePointer(bitPattern: 4) : nil) else {
      throw Refusal(MVMR_INVALID_ARGUMENT, "rows", "is NULL", remedy: "say where the rows go")
    }
    guard UInt(bitPattern: start) % 4 == 0 else {
      throw Refusal(MVMR_INVALID_ARGUMENT, "rows", "is not aligned to 4 bytes", remedy: "take aligned memory")
    }
    (self.start, self.stride) = (start, stride)
  }
}
