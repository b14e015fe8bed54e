internal import Foundation
internal import MVCore
internal import MVFiles

/// A table as a text file: fields between commas, semicolons or tabs, in double quotes where they hold such (RFC 4180).
///
/// Fields are names of files, among others, and are read as `FileName` reads those.
struct DelimitedText: Sendable {
  /// One line of the table.
  struct Row: Sendable {
    /// The number of the line that it begins in, from 1.
    let line: Int
    let fields: [String]
  }

  let path: String
  /// The rows that are not empty.
  let rows: [Row]

  /// Reads a file; where `isTable` is false, only a tab parts fields and quotes are letters.
  ///
  /// Throws where the file is missing or cannot be read, or where a quote is not closed.
  init(contentsOf url: URL, isTable: Bool) throws(MVError) {
    path = url.path
    var bytes = Array(
      try SystemPath(url.path).contents(
        remedy: "check the path of the list", orStream: true, limit: WholeFile.mostText))[...]
    try TextEncoding.check(bytes, path)
    if bytes.starts(with: TextEncoding.mark) { bytes = bytes.dropFirst(TextEncoding.mark.count) }
    let first = bytes.prefix { $0 != 0x0A }
    let separator: UInt8 = !isTable || first.contains(0x09) ? 0x09 : first.contains(0x2C) ? 0x2C : 0x3B
    var rows: [Row] = []
    var fields: [String] = []
    var field: [UInt8] = []
    var (line, start) = (1, 1)
    var isQuoted = false
    var wasQuoted = false
    func endField() {
      fields.append(FileName.text(field))
      field = []
      wasQuoted = false
    }
    func endRow() {
      if field.last == 0x0D, !wasQuoted { field.removeLast() }
      if !fields.isEmpty || !field.isEmpty || wasQuoted {
        endField()
        rows.append(Row(line: start, fields: fields))
      }
      fields = []
      start = line + 1
    }
    var place = bytes.startIndex
    while place < bytes.endIndex {
      let byte = bytes[place]
      place += 1
      if isQuoted {
        if byte == 0x22, place < bytes.endIndex, bytes[place] == 0x22 {
          field.append(byte)
          place += 1
        } else if byte == 0x22 {
          isQuoted = false
        } else {
          field.append(byte)
        }
        if byte == 0x0A { line += 1 }
      } else if byte == 0x22, isTable, field.isEmpty, !wasQuoted {
        (isQuoted, wasQuoted) = (true, true)
      } else if byte == separator {
        endField()
      } else if byte == 0x0A {
        endRow()
        line += 1
      } else if !(wasQuoted && byte == 0x0D) {
        field.append(byte)
      }
    }
    guard !isQuoted else {
      throw .badData("\(path):\(start)", "begins a quote that does not end", remedy: "close it")
    }
    endRow()
    self.rows = rows
  }
}
