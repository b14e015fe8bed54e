internal import Dispatch
internal import Foundation

/// Arrays whose length an input decides: where the memory for one is not there, that is an error.
///
/// An array of Swift's own cannot fail: it ends the process.
package enum LargeArray {
  /// Bytes from which on memory is asked for before it is taken: less is there, or nothing works.
  package static let threshold = 1 << 24
  /// What other threads may take between the question and the answer.
  private static let margin = 1 << 25
  /// One thread at a time asks and takes, so that two do not both count on the same memory.
  private static let gate = DispatchSemaphore(value: 1)

  /// An array of `count` values, all of which `fill` writes.
  ///
  /// Throws an out-of-memory error of `subject`, with `remedy`, where there is no memory for it, and what `fill`
  /// throws.
  package static func make<Value: BitwiseCopyable>(
    _ count: Int, for subject: @autoclosure () -> String, remedy: String = usualRemedy,
    fill: (UnsafeMutableBufferPointer<Value>) throws(MVError) -> Void
  ) throws(MVError) -> [Value] {
    guard let bytes = Checked.product(count, MemoryLayout<Value>.stride) else {
      throw failure(subject(), .max, remedy)
    }
    let isLarge = bytes >= threshold
    if isLarge { gate.wait() }
    guard !isLarge || isThere(bytes) else {
      gate.signal()
      throw failure(subject(), bytes, remedy)
    }
    var error: MVError?
    let values = [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
      // It is taken by now.
      if isLarge { gate.signal() }
      do throws(MVError) {
        try fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        initialized = count
      } catch let thrown { error = thrown }
    }
    if let error { throw error }
    return values
  }

  /// The parts one after the other, as one array; throws where there is no memory for it.
  package static func join<Value: BitwiseCopyable>(
    _ parts: some Collection<ArraySlice<Value>>, for subject: @autoclosure () -> String
  ) throws(MVError) -> [Value] {
    try make(parts.reduce(0) { $0 + $1.count }, for: subject()) { (target: UnsafeMutableBufferPointer<Value>) in
      var place = 0
      for part in parts {
        _ = UnsafeMutableBufferPointer(rebasing: target[place..<place + part.count]).initialize(from: part)
        place += part.count
      }
    }
  }

  /// Throws where there is no memory for `bytes`, of something that grows by itself.
  package static func check(
    _ bytes: Int, for subject: @autoclosure () -> String, remedy: String = usualRemedy
  ) throws(MVError) {
    guard bytes >= threshold else { return }
    gate.wait()
    defer { gate.signal() }
    guard isThere(bytes) else { throw failure(subject(), bytes, remedy) }
  }

  /// What mostly helps.
  package static let usualRemedy = "use fewer jobs or smaller images, or raise the limit on memory"

  private static func isThere(_ bytes: Int) -> Bool {
    guard let sum = Checked.sum(bytes, margin) else { return false }
    // Not by malloc: the compiler takes a block that is freed unused for one that was had.
    let trial = mmap(nil, sum, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let trial, trial != MAP_FAILED else { return false }
    munmap(trial, sum)
    return true
  }

  private static func failure(_ subject: String, _ bytes: Int, _ remedy: String) -> MVError {
    MVError(.outOfMemory, subject, "ran out of memory: \(bytes >> 20) MiB more are needed", remedy: remedy)
  }
}
