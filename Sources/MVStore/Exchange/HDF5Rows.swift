internal import Foundation
internal import MVCore
internal import MVFiles
internal import SystemHDF5

/// The rows of a data set in any HDF5 file.
struct HDF5Rows: ForeignRows {
  let subject: String
  let shape: [Int]
  let isHalf: Bool
  private let path: String
  private let name: String
  /// Whether a value may be beyond the range of float32.
  private let isWide: Bool

  init(_ path: String, _ name: String) throws(MVError) {
    subject = "\(path):\(name)"
    self.path = path
    self.name = name
    let size = try HDF5Rows.size(of: path)
    var isVirtual = false
    (shape, isHalf, isWide, isVirtual) = try HDF5Library.locked { () throws(MVError) in
      let file = try HDF5Handle.openingFile(HDF5Rows.context(path))
      let set = try file.dataSet(name)
      let type = try set.type(name)
      let half = try HDF5Handle(mv_h5_create_float16(), file.context, "HDF5 cannot be set up")
      let (kind, width) = (H5Tget_class(type.id), Int(clamping: H5Tget_size(type.id)))
      // Numbers may be of any width in a file, and HDF5 takes memory for several of them.
      guard kind == H5T_FLOAT || kind == H5T_INTEGER, width <= 16 else {
        throw file.context.failure("\(name) does not hold numbers")
      }
      try set.checkFilters(name)
      let shape = try set.shape(name)
      if !set.isVirtual {
        var limit = StoredLimit(fileSize: size)
        try limit.admit(set, name, bytes: Checked.product(shape, times: width))
      }
      return (shape, H5Tequal(type.id, half.id) > 0, kind == H5T_FLOAT && width > 4, set.isVirtual)
    }
    if isVirtual { try HDF5Rows.checkMerged(path, name) }
  }

  private static func size(of path: String) throws(MVError) -> Int {
    try FileDescriptor(path, flags: O_RDONLY | O_NONBLOCK).identity().size
  }

  /// Throws unless a virtual data set is one that `mvmr merge` has made, of files that are as they should be.
  private static func checkMerged(_ path: String, _ name: String) throws(MVError) {
    let merged = try? StoredFile(reading: path)
    let known = (merged?.splits ?? []).flatMap { split in split.features.map { "\(split.name)/\($0.plan.name)" } }
    guard known.contains(name.split(separator: "/").joined(separator: "/")) else {
      throw context(path).elsewhere("joins \(name) from other data sets")
    }
  }

  static func context(_ path: String) -> HDF5Context {
    HDF5Context(path: path, kind: .badData, remedy: "name FILE.h5:DATASET as h5ls -r FILE.h5 shows it")
  }

  func copy(_ rows: Range<Int>, into values: UnsafeMutableBufferPointer<Float>) throws(MVError) {
    guard let target = values.baseAddress else { return }
    guard !isWide else { return try narrow(try doubles(rows), from: rows.lowerBound, into: values) }
    try HDF5Library.locked { () throws(MVError) in
      let file = try HDF5Handle.openingFile(HDF5Rows.context(path))
      let set = try file.dataSet(name)
      guard try set.shape(name) == shape else { throw file.context.failure("\(name) has changed while it was read") }
      try set.read(rows, of: shape, name, type: mv_h5_float32(), into: UnsafeMutableRawPointer(target))
    }
  }

  private func doubles(_ rows: Range<Int>) throws(MVError) -> [Double] {
    var values = [Double](repeating: 0, count: rows.count * shape.dropFirst().reduce(1, *))
    // A closure that throws our own error type, which the standard library's withUnsafeMutableBytes cannot pass on.
    try values.withUnsafeMutableBufferPointer { (buffer) throws(MVError) in
      guard let target = buffer.baseAddress else { return }
      let (address, context) = (Int(bitPattern: target), HDF5Rows.context(path))
      try HDF5Library.locked { () throws(MVError) in
        let file = try HDF5Handle.openingFile(context)
        let set = try file.dataSet(name)
        guard try set.shape(name) == shape else { throw file.context.failure("\(name) has changed while it was read") }
        guard let target = UnsafeMutableRawPointer(bitPattern: address) else { return }
        try set.read(rows, of: shape, name, type: mv_h5_float64(), into: target)
      }
    }
    return values
  }

  func integers() throws(MVError) -> [Int64] {
    try HDF5Library.locked { () throws(MVError) in
      let file = try HDF5Handle.openingFile(HDF5Rows.context(path))
      let set = try file.dataSet(name)
      guard try set.shape(name) == shape else { throw file.context.failure("\(name) has changed while it was read") }
      let count = shape.reduce(1, *)
      guard count <= 1 << 31 else { throw file.context.failure("\(name) is unreasonably large for labels") }
      return try set.integers(name, count: count, type: mv_h5_int64(), as: Int64.self)
    }
  }

  /// The texts of a data set; throws where it holds none.
  static func texts(_ path: String, _ name: String) throws(MVError) -> [String] {
    var limit = StoredLimit(fileSize: try size(of: path))
    return try HDF5Library.locked { () throws(MVError) in
      let file = try HDF5Handle.openingFile(context(path))
      let set = try file.dataSet(name)
      let shape = try set.shape(name)
      guard shape.count == 1, shape[0] <= 1 << 31 else { throw file.context.failure("\(name) is not one text a row") }
      let space = try HDF5Handle(H5Dget_space(set.id), file.context, "\(name) is unreadable")
      let type = try set.type(name)
      try limit.admitTexts(set, name, bytes: Checked.product(shape, times: Int(clamping: H5Tget_size(type.id))))
      return Array(
        try PackedStrings(
          count: shape[0], type: type, space: space, of: name, stored: limit.fileSize
        ) { H5Dread(set.id, $0, 0, 0, $1, $2) })
    }
  }
}
