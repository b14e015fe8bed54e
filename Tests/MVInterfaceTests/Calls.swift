import CInterface
import Foundation
import MVCore
import Testing

/// Throws the message of a call that fails.
func ok(_ status: mvmr_status) throws {
  guard status == MVMR_OK else { throw CallFailure(status: Int(status), message: String(cString: mvmr_last_error())) }
}

struct CallFailure: Error {
  let status: Int
  let message: String
}

/// The handle that `body` creates, freed with this value.
final class Handle {
  let pointer: OpaquePointer
  private let free: (OpaquePointer?) -> Void

  init(
    _ free: @escaping (OpaquePointer?) -> Void, _ body: (UnsafeMutablePointer<OpaquePointer?>) -> mvmr_status
  ) throws {
    var handle: OpaquePointer?
    try ok(body(&handle))
    pointer = try #require(handle)
    self.free = free
  }

  deinit { free(pointer) }

  static func representation(_ specification: String) throws -> Handle {
    try Handle(mvmr_representation_free) { mvmr_representation_create(specification, $0) }
  }
}

/// The JSON that `body` gives.
func json(_ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> mvmr_status) throws -> [String: Any] {
  var text: UnsafeMutablePointer<CChar>?
  try ok(body(&text))
  defer { mvmr_free(text) }
  let bytes = Data(String(cString: try #require(text)).utf8)
  return try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
}

/// Images as a caller has them; good as long as `data` is.
func images(_ data: UnsafeRawPointer?, _ batch: ImageBatch, order: Int = MVMR_NHWC) -> mvmr_images {
  let isFloat = if case .float32 = batch.pixels { true } else { false }
  return mvmr_images(
    data: data, type: mvmr_type(isFloat ? MVMR_FLOAT32 : MVMR_UINT8), order: mvmr_order(order),
    count: Int64(batch.count), height: Int64(batch.shape.height), width: Int64(batch.shape.width),
    channels: Int64(batch.shape.channels), image_stride: 0, row_stride: 0, column_stride: 0, channel_stride: 0)
}

/// Calls `body` with the memory of the pixels.
func withPixels<Result>(of batch: ImageBatch, _ body: (UnsafeRawPointer?) throws -> Result) rethrows -> Result {
  switch batch.pixels {
  case .uint8(let values): try values.withUnsafeBytes { try body($0.baseAddress) }
  case .float32(let values): try values.withUnsafeBytes { try body($0.baseAddress) }
  }
}

/// The rows that the interface computes.
func rows(_ representation: Handle, _ batch: ImageBatch, threads: Int32 = 0) throws -> [Float] {
  let shape = batch.shape
  var columns: Int64 = 0
  try ok(
    mvmr_representation_columns(
      representation.pointer, Int64(shape.height), Int64(shape.width), Int64(shape.channels), &columns))
  var rows = [Float](repeating: .nan, count: batch.count * Int(columns))
  let room = Int64(rows.count)
  try withPixels(of: batch) { data in
    var given = images(data, batch)
    try ok(mvmr_representation_compute(representation.pointer, &given, &rows, 0, room, threads))
  }
  return rows
}

/// A matrix as a caller has it; good as long as `data` is.
func matrix(_ data: UnsafePointer<Float>?, _ rows: Int, _ columns: Int) -> mvmr_matrix {
  mvmr_matrix(data: data, rows: Int64(rows), columns: Int64(columns), row_stride: 0)
}
