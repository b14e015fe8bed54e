internal import Foundation
internal import MVCore
internal import MVFiles

/// An object in a JSON file beside a network's weights, whose numbers may be anything.
struct DescribedObject {
  /// The file, for errors.
  let path: String
  private let values: [String: Any]

  private init(_ values: [String: Any], of path: String) {
    self.values = values
    self.path = path
  }

  /// Reads the file `name` in `folder`; nil where there is none.
  ///
  /// Throws where it is not a JSON object.
  init?(_ name: String, in folder: URL) throws(MVError) {
    let url = folder.appending(path: name)
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    let data = try WholeFile.bytes(of: url, orStream: false)
    guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw .badData(url.path, "is not a JSON object", remedy: "download it again, or move it away")
    }
    self.init(object, of: url.path)
  }

  /// Whether something is said under `key`.
  func says(_ key: String) -> Bool { values[key] != nil }

  /// The object within this one under `key`; nil where there is none.
  func object(_ key: String) -> DescribedObject? {
    (values[key] as? [String: Any]).map { DescribedObject($0, of: path) }
  }

  func text(_ key: String) -> String? { values[key] as? String }
  func flag(_ key: String) -> Bool? { values[key] as? Bool }
  func isList(_ key: String) -> Bool { values[key] is [Any] }
  func number(_ key: String) -> Double? { Self.double(values[key]) }

  /// A whole number; nil where there is none, or one that no count can be.
  func whole(_ key: String) -> Int? { number(key).flatMap { Int(exactly: $0) } }

  /// A number of pixels; nil where there is no number.
  ///
  /// Throws where no side of an image can be so long.
  func length(_ key: String) throws(MVError) -> Int? { try checked(values[key], key) }

  /// The last of a list's numbers as a number of pixels; nil where there is none.
  ///
  /// Throws where no side of an image can be so long.
  func lastLength(_ key: String) throws(MVError) -> Int? { try checked((values[key] as? [Any])?.last, key) }

  /// The side of a square: a number, the last of a list, `{"shortest_edge": N}` or `{"height": N, "width": N}`.
  ///
  /// Nil where there is none; throws where no side of an image can be so long.
  func side(_ key: String) throws(MVError) -> Int? {
    if let sides = object(key) {
      if let edge = try sides.length("shortest_edge") { return edge }
      return try sides.length("height")
    }
    if let own = try length(key) { return own }
    return try lastLength(key)
  }

  /// A number for each of three channels; nil where there is no list.
  ///
  /// Throws where it is not three finite numbers, or with `positive` one is not above 0.
  func channels(_ key: String, positive: Bool = false) throws(MVError) -> [Float]? {
    guard let list = values[key] as? [Any] else { return nil }
    let numbers = list.compactMap { Self.double($0) }.map { Float($0) }
    guard list.count == 3, numbers.count == 3, numbers.allSatisfy({ $0.isFinite && (!positive || $0 > 0) }) else {
      throw wrong(key, "\(numbers)", "three finite numbers\(positive ? " above 0" : "") are needed")
    }
    return numbers
  }

  /// A share above 0; nil where there is no number.
  ///
  /// Throws where it is another number.
  func share(_ key: String) throws(MVError) -> Double? {
    guard let share = number(key) else { return nil }
    guard share > 0 else { throw wrong(key, "\(share)", "a share is above 0") }
    return share
  }

  /// The error that a value of this file cannot be.
  func wrong(_ key: String, _ value: String, _ reason: String) -> MVError {
    .badData(path, "says \(key) \(value), but \(reason)", remedy: "download it again, or move it away")
  }

  private func checked(_ value: Any?, _ key: String) throws(MVError) -> Int? {
    guard let number = Self.double(value) else { return nil }
    guard let side = Int(exactly: number), ImageSize.sides.contains(side) else {
      throw wrong(key, "\(number)", "sides of images are 1...32768 pixels")
    }
    return side
  }

  private static func double(_ value: Any?) -> Double? { (value as? NSNumber)?.doubleValue }
}
