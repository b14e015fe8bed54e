internal import CKernels
internal import Foundation
internal import MVCore
internal import MVFiles

/// A run's scalars in the form that TensorBoard reads: an event file in the run's folder, one per training process.
///
/// A record is the length of an `Event` message of TensorFlow's event.proto, the masked CRC-32C of that length, the
/// message, and its masked CRC-32C.
final class EventFile {
  private let folder: URL
  private var file: FileDescriptor?
  private var size = 0

  /// Creates the log; nothing is written before the first epoch.
  init(in folder: URL) { self.folder = folder }

  /// Appends the scalars of an epoch in one write, at the run's step; throws where that fails.
  func append(_ record: EpochRecord) throws(MVError) {
    var scalars = [("loss/total", record.loss.total)]
    scalars += zip(record.loss.names, record.loss.values).map { ("loss/\($0)", $1) }
    scalars += [("run/learning_rate", record.learningRate), ("run/images_per_second", record.imagesPerSecond)]
    scalars += [("run/waiting_share", record.waitingShare), ("run/network_share", record.networkShare)]
    if let scores = record.validation { scores.scalars.forEach { scalars.append($0) } }
    try append(scalars, step: record.step)
  }

  /// Appends the scalars of one step, or of what was averaged since the last; throws where that fails.
  func append(_ loss: LossTerms, step: Int, learningRate: Double, imagesPerSecond: Double) throws(MVError) {
    var scalars = [("steps/loss", loss.total)]
    scalars += zip(loss.names, loss.values).map { ("steps/\($0)", $1) }
    scalars += [("steps/learning_rate", learningRate), ("steps/images_per_second", imagesPerSecond)]
    try append(scalars, step: step)
  }

  private func append(_ scalars: [(String, Double)], step: Int) throws(MVError) {
    let time = Date().timeIntervalSince1970
    if file == nil { try open(at: time) }
    try write(Self.record(Self.event(time: time, step: step, scalars: scalars)))
  }

  private func open(at time: Double) throws(MVError) {
    let name = "events.out.tfevents.\(Int(time)).\(ProcessInfo.processInfo.hostName).\(getpid())"
    let opened = try FileDescriptor(own: folder.appending(path: name).path, flags: O_WRONLY)
    size = Int(try opened.status().st_size)
    file = opened
    var message = Self.double(1, time)
    message += Self.bytes(3, Array("brain.Event:2".utf8))
    try write(Self.record(message))
  }

  private func write(_ record: [UInt8]) throws(MVError) {
    try file?.write(record, at: size)
    size += record.count
  }

  /// The bytes of an `Event` with a `Summary` of scalars.
  static func event(time: Double, step: Int, scalars: [(name: String, value: Double)]) -> [UInt8] {
    var summary: [UInt8] = []
    for (name, value) in scalars {
      let number = [0x15] + littleEndian(UInt64(Float(value).bitPattern), 4)
      summary += bytes(1, bytes(1, Array(name.utf8)) + number)
    }
    return double(1, time) + [0x10] + varint(UInt64(step)) + bytes(5, summary)
  }

  /// The bytes of a message with its length and checksums.
  static func record(_ message: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(message.count), 8)
    return length + maskedSum(of: length) + message + maskedSum(of: message)
  }

  private static func maskedSum(of bytes: [UInt8]) -> [UInt8] {
    let sum = mvk_crc32c(0, bytes, bytes.count)
    return littleEndian(UInt64((sum >> 15 | sum << 17) &+ 0xA282_EAD8), 4)
  }

  private static func bytes(_ field: UInt8, _ content: [UInt8]) -> [UInt8] {
    [field << 3 | 2] + varint(UInt64(content.count)) + content
  }

  private static func double(_ field: UInt8, _ value: Double) -> [UInt8] {
    [field << 3 | 1] + littleEndian(value.bitPattern, 8)
  }

  private static func littleEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest >= 128 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}

extension ValidationScores {
  fileprivate var scalars: [(String, Double)] { [("validation/knn", neighbors), ("validation/probe", probe)] }
}
