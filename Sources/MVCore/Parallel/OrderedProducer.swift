internal import Foundation

/// Makes values on threads of its own, a few ahead of the one who takes them, and gives them out in order.
package final class OrderedProducer<Value: Sendable>: @unchecked Sendable {
  // Unchecked: everything below is touched only while `condition` is locked.
  private let condition = NSCondition()
  private var made: [Int: Result<Value, MVError>] = [:]
  private var begun: Int
  private var taken: Int
  private var isStopped = false

  private let end: Int
  private let ahead: Int

  /// Begins to make the values of `places` by `make`, on up to `threads` threads; at most `ahead` are waiting or in
  /// work.
  ///
  /// After an error no other place is begun.
  package init(
    _ places: Range<Int>, threads: Int = 1, ahead: Int, make: @escaping @Sendable (Int) throws(MVError) -> Value
  ) {
    begun = places.lowerBound
    taken = places.lowerBound
    end = places.upperBound
    self.ahead = max(1, ahead)
    for _ in 0..<max(1, min(threads, ahead, places.count)) {
      let thread = Thread { [self] in
        while let place = nextPlace() {
          let value = Result { () throws(MVError) -> Value in try make(place) }
          keep(value, at: place)
        }
      }
      thread.name = "mvmr ahead"
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  /// Waits for the next value, of which one must be left, and returns it; throws what making it threw.
  package func next() throws(MVError) -> Value {
    condition.lock()
    precondition(taken < end, "every value has been taken")
    while made[taken] == nil { condition.wait() }
    let value = made.removeValue(forKey: taken)
    taken += 1
    condition.broadcast()
    condition.unlock()
    guard let value else { throw .internalFault("a value made ahead", "is gone") }
    return try value.get()
  }

  /// Ends the threads after what they are making.
  package func stop() {
    condition.withLock {
      isStopped = true
      condition.broadcast()
    }
  }

  /// The place to make next; nil where there is none.
  private func nextPlace() -> Int? {
    condition.lock()
    defer { condition.unlock() }
    while begun - taken >= ahead && !isStopped { condition.wait() }
    guard !isStopped, begun < end else { return nil }
    begun += 1
    return begun - 1
  }

  private func keep(_ value: Result<Value, MVError>, at place: Int) {
    condition.withLock {
      made[place] = value
      // Places before the failed one are begun already, so that the first error in order is the one that is thrown.
      if case .failure = value { isStopped = true }
      condition.broadcast()
    }
  }
}
