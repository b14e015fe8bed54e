internal import CInterface
internal import Foundation
internal import MVCore

/// The text of an argument; throws where it is NULL or not UTF-8.
func callerText(_ argument: UnsafePointer<CChar>?, _ name: String) throws(Refusal) -> String {
  guard let argument else { throw Refusal(MVMR_INVALID_ARGUMENT, name, "is NULL", remedy: "give a text") }
  guard let text = String(validatingCString: argument) else {
    throw Refusal(MVMR_INVALID_ARGUMENT, name, "is not UTF-8", remedy: "give it as UTF-8")
  }
  return text
}

/// Where a result goes; throws where it is NULL.
func place<Value>(
  _ argument: UnsafeMutablePointer<Value>?, _ name: String
) throws(Refusal) -> UnsafeMutablePointer<Value> {
  guard let argument else {
    throw Refusal(MVMR_INVALID_ARGUMENT, name, "is NULL", remedy: "say where the result goes")
  }
  return argument
}

/// Memory of `count` bytes that the caller frees by `mvmr_free`; throws where there is none.
func memory(_ count: Int) throws(Refusal) -> UnsafeMutableRawPointer {
  guard let memory = malloc(max(1, count)) else {
    throw Refusal(MVError(.outOfMemory, "a result of \(count) bytes", "has no room", remedy: "free memory first"))
  }
  return memory
}

/// A copy of the text that the caller frees.
func copy(_ text: String, to place: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) throws(Refusal) {
  var text = text
  let count = text.utf8.count
  let copy = try memory(count + 1).bindMemory(to: CChar.self, capacity: count + 1)
  text.withUTF8 { text in
    if let start = text.baseAddress { UnsafeMutableRawPointer(copy).copyMemory(from: start, byteCount: count) }
  }
  copy[count] = 0
  place.pointee = copy
}

/// Implements `mvmr_free`, which `mvmr.h` describes.
@c @implementation
public func mvmr_free(_ memory: UnsafeMutableRawPointer?) { free(memory) }
