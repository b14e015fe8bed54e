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
  package static let suffixes = [
    ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst", ".zip",
  ]

  /// How large what is unpacked may become: so many bytes, or so many times as many as the archive has.
  package struct Growth {
    let bytes: Int
    let factor: Int

    /// Names both; the larger counts.
    package init(bytes: Int, factor: Int) {
      self.bytes = bytes
      self.factor = factor
    }

    /// That of data sets: 1 GiB, or 250 times the archive; photographs hardly shrink, and text by ten times.
    package static let dataSet = Growth(bytes: 1 << 30, factor: 250)
    /// That of weights, which are held in memory: 64 MiB, or 16 times the file; PyTorch does not compress them.
    package static let weights = Growth(bytes: 1 << 26, factor: 16)
  }

  private let path: String
  private let archive: OpaquePointer
  /// The most bytes that may be unpacked.
  private let most: Int
  /// The bytes that were unpacked so far.
  private var unpacked = 0

  /// Opens the archive; throws where it is missing, no plain file, or of no known format.
  package init(_ url: URL, growth: Growth = .dataSet) throws(MVError) {
    path = url.path
    try InputPath.checkPlainFile(url)
    most = max(growth.bytes, Checked.product(SystemPath(url.path).status?.size ?? 0, growth.factor) ?? .max)
    guard let archive = archive_read_new() else { throw .internalFault(path, "cannot be opened: out of memory") }
    self.archive = archive
    if let filter = Self.filter(of: url) { try check(archive_read_append_filter(archive, filter)) }
    archive_read_support_format_tar(archive)
    archive_read_support_format_zip(archive)
    try check(archive_read_open_filename(archive, path, 1 << 20))
  }

  deinit { archive_read_free(archive) }

  /// What the archive is compressed by, as its first bytes say; nil for nothing that is read.
  ///
  /// The library would look for itself, and for as long as it finds another layer below: a few kilobytes that are
  /// compressed four times keep it busy for hours. It starts programs, too, for what it was built without.
  private static func filter(of url: URL) -> Int32? {
    let file = try? FileHandle(forReadingFrom: url)
    defer { try? file?.close() }
    let start = (try? file?.read(upToCount: 6)) ?? Data()
    let kinds: [(bytes: [UInt8], isBuilt: Bool, filter: Int32)] = [
      ([0x1F, 0x8B], archive_zlib_version() != nil, ARCHIVE_FILTER_GZIP),
      (Array("BZh".utf8), archive_bzlib_version() != nil, ARCHIVE_FILTER_BZIP2),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], archive_liblzma_version() != nil, ARCHIVE_FILTER_XZ),
      ([0x28, 0xB5, 0x2F, 0xFD], archive_libzstd_version() != nil, ARCHIVE_FILTER_ZSTD),
    ]
    return kinds.first { $0.isBuilt && start.starts(with: $0.bytes) }?.filter
  }

  /// The next entry, or nil at the end; throws where the archive is damaged or cut off.
  package func next() throws(MVError) -> Entry? {
    var entry: OpaquePointer?
    let status = archive_read_next_header(archive, &entry)
    // What was passed over is unpacked, too.
    try admit(max(unpacked, Int(clamping: archive_filter_bytes(archive, 0))))
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

  /// Passes the bytes of the current entry to `body`, piece by piece.
  ///
  /// Throws what `body` throws, and where the archive is damaged or unpacks to more than it may.
  package func read(_ body: (UnsafeRawBufferPointer) throws(MVError) -> Void) throws(MVError) {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { piece.deallocate() }
    while true {
      let count = archive_read_data(archive, piece.baseAddress, piece.count)
      if count == 0 { return }
      // A warning as well: it says that the bytes are not those that were packed.
      guard count > 0 else { throw damaged(reason) }
      try admit(unpacked + count)
      try body(UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
  }

  /// Throws where so many unpacked bytes are more than there may be.
  private func admit(_ bytes: Int) throws(MVError) {
    unpacked = bytes
    guard bytes <= most else {
      throw .badData(
        path, "unpacks to more than \(most >> 20) MiB, which nothing of its size does unless it was made to",
        remedy: "unpack it yourself if it is yours")
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
