import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

struct NumPyArrayTests {
  @Test func readsWhatItWrites() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "a.npy")
    let values: [Float] = (0..<24).map { Float($0) / 7 }
    try NumPyArray.write(values, shape: [2, 3, 4], element: .float32, to: url)
    let array = try NumPyArray(contentsOf: url)
    #expect(array.shape == [2, 3, 4] && array.element == .float32)
    #expect(try array.values(as: Float.self) == values)
    #expect(try array.values(5..<7, as: Float.self) == Array(values[5..<7]))
  }

  @Test func readsWhatNumPyWrites() throws {
    let array = try Fixture.array("images/rgb32")
    #expect(array.shape == [4, 32, 32, 3] && array.element == .uint8)
  }

  /// Headers that other writers make, and NumPy reads: long whole numbers of Python 2, other quotes, an order of bytes
  /// where there is none.
  @Test(arguments: [
    "{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 3L), }",
    "{'descr': '<u1', 'fortran_order': False, 'shape': (2, 3)}",
    "{\"descr\": \"|u1\", \"fortran_order\": False, \"shape\": (2, 3)}",
    "{u'descr' : u'|u1', u'fortran_order' : False, u'shape' : (2L,3L)}",
  ]) func readsHeadersOfOtherWriters(header: String) throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "a.npy")
    let text = Array((header + "\n").utf8)
    try Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count), 0] + text + [1, 2, 3, 4, 5, 6]).write(to: url)
    let array = try NumPyArray(contentsOf: url)
    #expect(array.shape == [2, 3] && array.element == .uint8)
    #expect(try array.values(as: UInt8.self) == [1, 2, 3, 4, 5, 6])
  }

  @Test func everyCutIsRefused() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "a.npy")
    try NumPyArray.write([1, 2, 3] as [Int64], shape: [3], element: .int64, to: url)
    let whole = try Data(contentsOf: url)
    for length in 0..<whole.count {
      try whole.prefix(length).write(to: url)
      #expect(throws: MVError.self, "\(length) bytes") { try NumPyArray(contentsOf: url) }
    }
  }

  @Test func anotherElementTypeIsRefused() throws {
    #expect(throws: MVError.self) { try Fixture.array("images/rgb32").values(as: Float.self) }
  }

  @Test func fortranOrderIsRefused() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "a.npy")
    try NumPyArray.write([1, 2] as [Int64], shape: [2], element: .int64, to: url)
    let text = try Data(contentsOf: url)
    var bytes = [UInt8](text)
    let place = try #require(text.range(of: Data("False".utf8)))
    bytes.replaceSubrange(place, with: Array("True ".utf8))
    try Data(bytes).write(to: url)
    let error = #expect(throws: MVError.self) { try NumPyArray(contentsOf: url) }
    #expect(error?.description.contains("Fortran") == true)
  }
}
