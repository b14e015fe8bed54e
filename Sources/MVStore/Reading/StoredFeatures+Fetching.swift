internal import Foundation
internal import MVCore
internal import SystemHDF5

extension StoredFeatures {
  /// Reads every row through HDF5, for data sets that are not one plain stretch of the file.
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
