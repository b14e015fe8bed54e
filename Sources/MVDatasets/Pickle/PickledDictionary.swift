internal import Foundation
internal import MVCore
internal import MVFiles

/// A pickled dictionary of lists and arrays, the form of the Python version of CIFAR.
struct PickledDictionary {
  private let path: String
  private let document: PickleDocument
  private let items: [String: PickleValue]

  /// Reads a pickle; throws where it is anything but such a dictionary.
  init(_ bytes: Data, path: String) throws(MVError) {
    self.path = path
    document = try PickleDocument(
      bytes, path: path, remedy: "is it a CIFAR file? download it again, or use the binary version of the data set",
      names: PickledArray.names.contains)
    guard let pairs = document.root.pairs else {
      throw .badData(path, "is a pickle of something else than a dictionary", remedy: "download it again")
    }
    var items: [String: PickleValue] = [:]
    for (key, value) in pairs { if let key = key.string { items[key] = value } }
    self.items = items
  }

  /// The array at `key`; throws where there is none.
  func array(_ key: String) throws(MVError) -> PickledArray {
    guard let array = items[key].flatMap(PickledArray.init) else { throw lacks(key, "array") }
    return array
  }

  /// The list of whole numbers at `key`; throws where there is none.
  func numbers(_ key: String) throws(MVError) -> [Int] {
    var numbers: [Int] = []
    for value in try list(key) {
      guard let number = value.number else { throw lacks(key, "list of numbers") }
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
