internal import CKernels
internal import Synchronization

extension Sketch {
  /// The projection of rows of `count` values, which writes the sketch of a row.
  package func projection(
    of count: Int
  ) -> @Sendable (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void {
    let table = SketchTable.shared(for: self, count: count)
    return { row, columns in table.sketch(row, into: columns) }
  }
}

/// The column and the sign of each coordinate in a sketch, made once and then shared, read-only, by all threads.
final class SketchTable: Sendable {
  private struct Key: Hashable {
    let count: Int
    let sketch: Sketch
  }

  /// How many tables are kept for later calls; a table takes four bytes per coordinate.
  private static let kept = 8
  /// The latest tables, the most recent last.
  private static let cache = Mutex<[(key: Key, table: SketchTable)]>([])

  private let entries: [UInt32]

  /// The table of `sketch` for rows of `count` values: one of the latest, or a new one.
  static func shared(for sketch: Sketch, count: Int) -> SketchTable {
    let key = Key(count: count, sketch: sketch)
    // Made under the lock: another thread that wants the same table would only do the same work.
    return cache.withLock { tables in
      let table: SketchTable
      if let index = tables.firstIndex(where: { $0.key == key }) {
        table = tables.remove(at: index).table
      } else {
        table = SketchTable(key)
        if tables.count == kept { tables.removeFirst() }
      }
      tables.append((key, table))
      return table
    }
  }

  private init(_ key: Key) {
    entries = [UInt32](unsafeUninitializedCapacity: key.count) { buffer, initialized in
      mvk_sketch_table(UInt64(key.sketch.seed), key.count, UInt32(key.sketch.columns), buffer.baseAddress)
      initialized = key.count
    }
  }

  /// Writes the sketch of `row` into `columns`.
  func sketch(_ row: UnsafeBufferPointer<Float>, into columns: UnsafeMutableBufferPointer<Float>) {
    columns.update(repeating: 0)
    mvk_sketch_add(row.baseAddress, entries, entries.count, columns.baseAddress)
  }
}
