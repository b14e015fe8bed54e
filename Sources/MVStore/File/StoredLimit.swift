internal import MVCore
internal import SystemHDF5

/// What a feature file may ask for in memory: as much as the bytes that it really has can stand for.
///
/// Names may be many and stand for the same bytes, and HDF5 makes up what was never stored: so all that is read of a
/// file is counted.
struct StoredLimit {
  /// The size of the file in bytes.
  let fileSize: Int
  /// The bytes of the file that plain data sets were found to be.
  private var plain = 0
  /// The bytes of the file that other data sets were found to be.
  private var packed = 0
  /// The bytes of memory that none of the file stand for.
  private var made = 0

  /// Deflate compresses to a thousandth at most.
  private static let largestRatio = 2048
  /// Ids of one data set, in fields of one width, by some tens.
  private static let largestTextRatio = 256
  /// Texts that are not more than this may be of any ratio.
  private static let textAllowance = 1 << 26
  /// What a file may let HDF5 make up, such as marks that no program has ever written.
  private static let allowance = 1 << 20

  /// Creates the limit for a file of this size.
  init(fileSize: Int) { self.fileSize = fileSize }

  /// Throws where a data set lies beyond the end of the file, or is more than what the file holds of it can be.
  ///
  /// It takes `bytes` in memory, nil where they are beyond counting.
  mutating func admit(_ dataSet: borrowing HDF5Handle, _ name: String, bytes: Int?) throws(MVError) {
    try dataSet.checkNotVirtual(name)
    guard let bytes else { throw dataSet.context.failure("\(name) is unreasonably large") }
    if let offset = dataSet.plainOffset {
      try admitPlain(dataSet.context, name, offset: offset, bytes: bytes)
    } else {
      try admitPacked(dataSet, name, bytes: bytes)
    }
  }

  /// The same for texts, which are all held in memory.
  mutating func admitTexts(_ dataSet: borrowing HDF5Handle, _ name: String, bytes: Int?) throws(MVError) {
    try admit(dataSet, name, bytes: bytes)
    guard let bytes, dataSet.plainOffset == nil, bytes > StoredLimit.textAllowance else { return }
    let stored = min(Int(clamping: H5Dget_storage_size(dataSet.id)), fileSize)
    guard bytes / StoredLimit.largestTextRatio <= stored else {
      throw dataSet.context.failure("\(name) is unreasonably large for what the file holds of it")
    }
  }

  /// The same for a stretch of the file, which is read as it is.
  mutating func admitPlain(_ context: HDF5Context, _ name: String, offset: Int, bytes: Int) throws(MVError) {
    guard Checked.range(from: offset, count: bytes, within: fileSize) != nil else {
      throw MVError(
        .badData, context.path, "\(name) lies beyond the end of the file, which is cut short", remedy: context.remedy)
    }
    guard let sum = Checked.sum(plain, bytes), sum <= fileSize else {
      throw context.failure("\(name) is, by another name, a data set that was read before")
    }
    plain = sum
  }

  /// The same for a data set that HDF5 puts together.
  mutating func admitPacked(_ dataSet: borrowing HDF5Handle, _ name: String, bytes: Int) throws(MVError) {
    let stored = min(Int(clamping: H5Dget_storage_size(dataSet.id)), fileSize)
    packed += stored
    if bytes / StoredLimit.largestRatio > stored || stored == 0 { made = Checked.sum(made, bytes) ?? .max }
    guard made <= StoredLimit.allowance, packed <= fileSize else {
      throw dataSet.context.failure("\(name) is unreasonably large for what the file holds of it")
    }
  }
}
