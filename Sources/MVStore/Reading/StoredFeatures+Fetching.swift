internal import Foundation
internal import MVCore
internal import SystemHDF5

extension StoredFeatures {
  /// Reads some rows through HDF5 into memory that holds exactly these; throws where that fails.
  func fetch(
    _ rows: Range<Int>, from name: String, of path: String, into target: UnsafeMutableRawBufferPointer
  ) throws(MVError) {
    precondition(target.count == rows.count * rowBytes, "the memory does not fit the rows")
    guard let base = target.baseAddress else { return }
    try HDF5Library.locked { () throws(MVError) in
      let file = try HDF5Handle.openingFile(.reading(path))
      let set = try file.dataSet(name)
      let shape = try set.shape(name)
      guard shape.dropFirst().elementsEqual(plan.shape), let first = shape.first, rows.upperBound <= first else {
        throw file.context.failure("\(name) has changed while it was read")
      }
      let half = try HDF5Handle(mv_h5_create_float16(), file.context, "HDF5 cannot be set up")
      try set.read(rows, of: shape, name, type: element == .float16 ? half.id : mv_h5_float32(), into: base)
    }
  }

  /// Reads all rows through HDF5, for data sets that are not contiguous in the file; throws where that fails.
  func fetch(rows: Int, from name: String, of path: String) throws(MVError) -> Data {
    try HDF5Library.locked { () throws(MVError) in
      let file = try HDF5Handle.openingFile(.reading(path))
      let set = try file.dataSet(name)
      let half = try HDF5Handle(mv_h5_create_float16(), file.context, "HDF5 cannot be set up")
      return try set.read(
        name, count: rows * plan.columns, type: element == .float16 ? half.id : mv_h5_float32(), size: element.size)
    }
  }
}
