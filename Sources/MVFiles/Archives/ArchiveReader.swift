package import Foundation
package import MVCore
internal import SystemArchive

/// Reads an archive from its first entry to its last: `.tar`, plain or compressed, and `.zip`.
///
/// What is compressed by gzip, bzip2, xz or zstd is read, and no other program is ever started for it.
package final class ArchiveReader {
  /// One entry of the archive.
  package struct Entry {
    /// The entry's name in the archive, as `FileName` makes a text of it, without `./` before and `/` behind it.
    package let name: String
    /// Whether it is a folder.
    package let isFolder: Bool
    /// Whether it is a file with bytes of its own, and not a link or a device.
    package let isFile: Bool
    /// Where its bytes stand in the archive as they are; nil where they are compressed or in pieces.
    package let stretch: Range<Int>?
    /// The other name in the archive whose bytes it shares: of a hard link, or of a symbolic one as it is written.
    package let link: Link?
  }

  /// What a link in an archive leads to.
  package enum Link: Hashable {
    /// A name from the archive's top.
    case hard(String)
    /// A path from the folder that the link is in.
    case symbolic(String)
  }

  /// The endings of archive names.
  package static let suffixes = [".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tar.xz", ".zip"]

  private let path: String
  private let archive: OpaquePointer

  /// Opens the archive; throws where it is missing, no plain file, or of no known format.
  package init(_ url: URL) throws(MVError) {
    path = url.path
    try InputPath.checkPlainFile(url)
    guard let archive = archive_read_new() else { throw .internalFault(path, "cannot be opened: out of memory") }
    self.archive = archive
    // By name: the library starts programs for others, such as lrzip, and for these where it was built without them.
    if archive_zlib_version() != nil { archive_read_support_filter_gzip(archive) }
    if archive_bzlib_version() != nil { archive_read_support_filter_bzip2(archive) }
    if archive_liblzma_version() != nil { archive_read_support_filter_xz(archive) }
    if archive_libzstd_version() != nil { archive_read_support_filter_zstd(archive) }
    archive_read_support_format_tar(archive)
    archive_read_support_format_zip(archive)
    try check(archive_read_open_filename(archive, path, 1 << 20))
  }

  deinit { archive_read_free(archive) }

  /// The next entry, or nil at the end; throws where the archive is damaged or cut off.
  package func next() throws(MVError) -> Entry? {
    var entry: OpaquePointer?
    let status = archive_read_next_header(archive, &entry)
    if status == ARCHIVE_EOF { return nil }
    try check(status)
    guard let entry, let text = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry) else {
      throw damaged("an entry has no name")
    }
    let isFile = mv_archive_is_file(entry) != 0
    return Entry(
      name: Self.name(text), isFolder: mv_archive_is_folder(entry) != 0, isFile: isFile,
      stretch: isFile ? stretch(of: entry) : nil, link: Self.link(of: entry))
  }

  private static func name(_ text: UnsafePointer<CChar>) -> String {
    var name = UnsafeBufferPointer(start: text, count: strlen(text)).map { UInt8(bitPattern: $0) }[...]
    while name.starts(with: [0x2E, 0x2F]) { name = name.dropFirst(2) }
    while name.last == 0x2F { name = name.dropLast() }
    return FileName.text(name)
  }

  private static func link(of entry: OpaquePointer) -> Link? {
    if let target = archive_entry_hardlink_utf8(entry) ?? archive_entry_hardlink(entry) { return .hard(name(target)) }
    return (archive_entry_symlink_utf8(entry) ?? archive_entry_symlink(entry)).map { .symbolic(name($0)) }
  }

  /// In a tar file that is not compressed, the bytes of an entry follow its header.
  private func stretch(of entry: OpaquePointer) -> Range<Int>? {
    guard archive_format(archive) & Self.formatMask == ARCHIVE_FORMAT_TAR, archive_filter_count(archive) == 1,
      archive_filter_code(archive, 0) == ARCHIVE_FILTER_NONE, archive_entry_sparse_count(entry) == 0,
      archive_entry_size_is_set(entry) != 0
    else { return nil }
    let (start, count) = (archive_filter_bytes(archive, 0), archive_entry_size(entry))
    guard start > 0, count >= 0, let end = Int(exactly: start)?.addingReportingOverflow(Int(count)), !end.overflow
    else { return nil }
    return Int(start)..<end.partialValue
  }

  private static let formatMask: Int32 = 0xFF0000

  /// Passes the bytes of the current entry to `body`, piece by piece; throws what `body` throws, and where the archive
  /// is damaged.
  package func read(_ body: (UnsafeRawBufferPointer) throws(MVError) -> Void) throws(MVError) {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { piece.deallocate() }
    while true {
      let count = archive_read_data(archive, piece.baseAddress, piece.count)
      if count == 0 { return }
      // A warning as well: it says that the bytes are not those that were packed.
      guard count > 0 else { throw damaged(reason) }
      try body(UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
  }

  private func check(_ status: Int32) throws(MVError) {
    guard status < ARCHIVE_WARN else { return }
    throw damaged(reason)
  }

  private var reason: String { archive_error_string(archive).map { String(cString: $0) } ?? "unknown" }

  private func damaged(_ reason: String) -> MVError {
    .badData(
      path, "is no archive that can be read, or is damaged or cut off (\(reason))", remedy: "download it again")
  }
}
