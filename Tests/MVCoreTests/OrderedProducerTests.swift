import Foundation
import MVCore
import Synchronization
import Testing

/// Values made ahead on other threads come in order, and no more of them than asked for.
struct OrderedProducerTests {
  @Test(arguments: [1, 3]) func valuesComeInOrder(_ threads: Int) throws {
    let most = Mutex((made: 0, taken: 0, ahead: 0))
    let producer = OrderedProducer(5..<205, threads: threads, ahead: 4) { place throws(MVError) in
      most.withLock {
        $0.made += 1
        $0.ahead = max($0.ahead, $0.made - $0.taken)
      }
      return place * place
    }
    for place in 5..<205 {
      #expect(try producer.next() == place * place)
      most.withLock { $0.taken += 1 }
    }
    // One may be begun between the taking of a value and its being counted.
    #expect(most.withLock { $0.ahead } <= 5)
  }

  @Test func theFirstErrorInOrderIsThrown() throws {
    let producer = OrderedProducer(0..<100, threads: 4, ahead: 8) { place throws(MVError) -> Int in
      guard place < 10 else { throw .badData("value \(place)", "is bad") }
      return place
    }
    for place in 0..<10 { #expect(try producer.next() == place) }
    let error = #expect(throws: MVError.self) { try producer.next() }
    #expect(error?.subject == "value 10")
  }

  @Test func nothingIsMadeAfterStop() async throws {
    let made = Mutex(0)
    let producer = OrderedProducer(0..<1_000_000, ahead: 2) { place throws(MVError) in made.withLock { $0 += 1 } }
    try producer.next()
    producer.stop()
    let before = made.withLock { $0 }
    #expect(before <= 4)
    try await Task.sleep(for: .milliseconds(20))
    #expect(made.withLock { $0 } == before)
  }

  /// Such as a file whose lock the next writer wants.
  @Test(arguments: [1, 3]) func stoppingWaitsAndLetsGoOfWhatMakingHeld(_ threads: Int) throws {
    final class Held: Sendable {
      let inWork = Mutex(0)
    }
    weak var held: Held?
    let producer = {
      let object = Held()
      held = object
      return OrderedProducer(0..<1_000, threads: threads, ahead: 4) { place throws(MVError) in
        object.inWork.withLock { $0 += 1 }
        Thread.sleep(forTimeInterval: 0.01)
        object.inWork.withLock { $0 -= 1 }
        return object
      }
    }()
    #expect(try producer.next() === held)
    producer.stop()
    #expect(held == nil)
  }
}
