package import Foundation
package import MVCore

/// A pickle that has been read, and not run: a tree of numbers, texts, collections and named instances.
///
/// It may refer to itself, so whoever walks it bounds the depth. A value is of use only while the document is held.
package final class PickleDocument {
  /// What was pickled.
  package let root: PickleValue
  /// Where the pickle ended: files of PyTorch hold several, one after another.
  package let end: Data.Index
  /// The bytes of the pickle: what it holds, where no value is shared, is no more than a multiple of them.
  package let byteCount: Int
  /// What it refers to outside itself, in order.
  package let references: [PickleTuple]
  private let objects: [PickleObject]

  /// Reads the pickle of protocol 2 to 5 that begins at `start`; `path` stands in errors, with `remedy` as advice.
  ///
  /// Only names that `names` says yes to may be referred to. Throws where another is, with that name; where an opcode
  /// is unknown (the text ones of protocols 0 and 1 among them); where the bytes are cut off or make no sense.
  package init(
    _ bytes: Data, from start: Data.Index? = nil, path: String, remedy: String, names: @escaping (String) -> Bool
  ) throws(MVError) {
    let start = start ?? bytes.startIndex
    var reader = PickleReader(bytes, from: start, path: path, remedy: remedy, names: names)
    do throws(MVError) {
      root = try reader.run()
    } catch {
      Self.takeApart(reader.objects)
      throw error
    }
    end = reader.at
    byteCount = reader.at - start
    references = reader.references
    objects = reader.objects
  }

  deinit { Self.takeApart(objects) }

  /// Empties the objects one by one: freeing a long chain of them by recursion would exhaust the stack, and circles
  /// would never be freed.
  private static func takeApart(_ objects: [PickleObject]) {
    for object in objects { object.content = .list([]) }
  }
}
