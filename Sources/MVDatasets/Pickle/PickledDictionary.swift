internal import Foundation
internal import MVCore

/// A pickled dictionary of lists and arrays, the form of the Python version of CIFAR.
struct PickledDictionary {
  private let path: String
  private let items: [String: PickleValue]

  /// Reads a pickle; throws where it is anything but such a dictionary.
  init(_ bytes: Data, path: String) throws(MVError) {
    self.path = path
    guard case .object(let object) = try PickleReader.read(bytes, path: path),
      case .dictionary(let pairs) = object.content
    else { throw .badData(path, "is a pickle of something else than a dictionary", remedy: "download it again") }
    var items: [String: PickleValue] = [:]
    for case (.text(let key), let value) in pairs { items[String(decoding: key, as: UTF8.self)] = value }
    self.items = items
  }

  /// The array at `key`; throws where there is none.
  func array(_ key: String) throws(MVError) -> PickledArray {
    guard case .object(let object) = items[key], case .array(let array?) = object.content else {
      throw lacks(key, "array")
    }
    return array
  }

  /// The list of whole numbers at `key`; throws where there is none.
  func numbers(_ key: String) throws(MVError) -> [Int] {
    var numbers: [Int] = []
    for value in try list(key) {
      guard case .number(let number) = value else { throw lacks(key, "list of numbers") }
      numbers.append(number)
    }
    return numbers
  }

  /// The list of texts at `key`; throws where there is none.
  func texts(_ key: String) throws(MVError) -> [String] {
    var texts: [String] = []
    for value in try list(key) {
      guard case .text(let text) = value else { throw lacks(key, "list of texts") }
      texts.append(String(decoding: text, as: UTF8.self))
    }
    return texts
  }

  private func list(_ key: String) throws(MVError) -> [PickleValue] {
    guard case .object(let object) = items[key], case .list(let values) = object.content else {
      throw lacks(key, "list")
    }
    return values
  }

  private func lacks(_ key: String, _ what: String) -> MVError {
    .badData(
      path, "holds no \(what) called \(key) (it has \(items.keys.sorted().joined(separator: ", ")))",
      remedy: "is it another data set? download it again")
  }
}
