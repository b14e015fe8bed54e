internal import Foundation
internal import MVCore
internal import SystemHDF5

/// Writes rows into the data sets of a file through HDF5, one call after the other.
final class PackedWriter {
  private let context: HDF5Context
  // Kept open: HDF5 would rewrite its metadata whenever it is closed.
  private var file: hid_t

  init(_ path: String) throws(MVError) {
    let context = HDF5Context.creating(path)
    self.context = context
    file = try HDF5Library.locked { () throws(MVError) in
      let access = try HDF5Handle(mv_h5_create_access(), context, "HDF5 cannot be set up")
      return try context.check(mv_h5_open_to_write(path, access.id), "cannot be opened")
    }
  }

  deinit { try? close() }

  /// Writes whole rows of one representation; throws where that fails.
  func write(
    _ bytes: UnsafeRawBufferPointer, _ rows: Range<Int>, of features: StoredFeatures, in split: String
  ) throws(MVError) {
    guard let base = bytes.baseAddress else { return }
    let (file, context) = (file, context)
    try HDF5Library.locked { () throws(MVError) in
      let name = "/\(split)/\(features.plan.name)"
      let set = try HDF5Handle(H5Dopen2(file, name, 0), context, "has no data set \(name)")
      let half = try HDF5Handle(mv_h5_create_float16(), context, "HDF5 cannot be set up")
      try set.write(
        rows, of: try set.shape(name), type: features.element == .float16 ? half.id : mv_h5_float32(), from: base)
    }
  }

  /// Writes what HDF5 still buffers, and closes the file; throws where that fails.
  func close() throws(MVError) {
    guard file >= 0 else { return }
    let (open, context) = (file, context)
    file = -1
    try HDF5Library.locked { () throws(MVError) in
      let flushed = H5Fflush(open, H5F_SCOPE_GLOBAL)
      let failure = flushed < 0 ? context.failure("cannot be written") : nil
      H5Idec_ref(open)
      if let failure { throw failure }
    }
  }
}
