internal import Foundation

/// Makes values on threads of its own, a few ahead of the one who takes them, and gives them out in order.
package final class OrderedProducer<Value: Sendable>: @unchecked Sendable {
  // Unchecked: everything below is touched only while `condition` is locked.
  private let condition = NSCondition()
  private var made: [Int: Result<Value, MVError>] = [:]
  private var begun: Int
  private var taken: Int
  private var isStopped = false
  private var running: Int
  /// Nil after ``stop()``: with it goes what it holds, such as an open file and its lock.
  private var make: (@Sendable (Int) throws(MVError) -> Value)?

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
    running = max(1, min(threads, ahead, places.count))
    self.make = make
    for _ in 0..<running {
      let thread = Thread { [self] in
        while let place = nextPlace() { produce(place) }
        leave()
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

  /// Ends the threads after what they are making, waits until they have, and lets go of what making needs.
  ///
  /// Afterwards nothing that `make` holds is in use: an open file is closed, and its lock free for the next writer.
  package func stop() {
    condition.withLock {
      isStopped = true
      condition.broadcast()
      while running > 0 { condition.wait() }
      make = nil
      made = [:]
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

  private func produce(_ place: Int) {
    // Set as long as a thread runs.
    guard let make = condition.withLock({ make }) else { return }
    keep(Result { () throws(MVError) -> Value in try make(place) }, at: place)
  }

  private func leave() {
    condition.withLock {
      running -= 1
      condition.broadcast()
    }
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
