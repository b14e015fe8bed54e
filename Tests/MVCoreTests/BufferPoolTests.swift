import MVCore
import Synchronization
import Testing

@Suite struct BufferPoolTests {
  @Test func everyThreadHasABufferOfItsOwn() throws {
    let pool = BufferPool(byteCount: 4096)
    let lent = Mutex<[Int: Int]>([:])
    try Parallel.forEach(200, threads: 4) { index throws(MVError) in
      try pool.withBuffer { (buffer) throws(MVError) in
        let address = Int(bitPattern: buffer.baseAddress)
        lent.withLock { #expect($0.updateValue(index, forKey: address) == nil) }
        buffer.storeBytes(of: index, toByteOffset: 4088, as: Int.self)
        for _ in 0..<100 where buffer.load(fromByteOffset: 4088, as: Int.self) != index {
          throw .internalFault("buffer", "is shared")
        }
        lent.withLock { _ = $0.removeValue(forKey: address) }
      }
    }
  }

  @Test func buffersComeBackAlsoAfterAnError() throws {
    let pool = BufferPool(byteCount: 100)
    var first: UnsafeMutableRawPointer?
    #expect(throws: MVError.self) {
      try pool.withBuffer { (buffer) throws(MVError) in
        first = buffer.baseAddress
        throw .usage("test", "fails")
      }
    }
    let isSame = try pool.withBuffer { $0.baseAddress == first && $0.count == 100 }
    #expect(isSame)
    #expect(try BufferPool(byteCount: 0).withBuffer { $0.count } == 0)
  }
}
