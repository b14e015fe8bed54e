internal import Foundation
internal import MVCore
internal import MVFiles
internal import Synchronization
internal import SystemCurl

/// One HTTP request that appends the missing rest to a file.
final class Transfer {
  /// How a request ended.
  enum Ending: Equatable {
    /// The server sent everything it promised.
    case complete
    /// The server has no bytes beyond those that the file holds.
    case nothingMore
    /// The server can only send the whole file.
    case cannotResume
    /// The connection ended early, for the reason given.
    case broken(String)
  }

  private let file: PublishedFile
  private var address: String { file.address }
  private let target: FileDescriptor
  private let cancellation: Cancellation
  private let progress: (Int, Int?) -> Void
  private let handle: UnsafeMutableRawPointer
  private var written: Int
  private var expected: Int?
  private var failure: MVError?

  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// Prepares to append to what is in `target`; throws where that cannot be.
  init(
    _ file: PublishedFile, appendingTo target: FileDescriptor, cancellation: Cancellation,
    progress: @escaping (Int, Int?) -> Void
  ) throws(MVError) {
    self.file = file
    self.target = target
    self.cancellation = cancellation
    self.progress = progress
    written = try target.size()
    guard Self.isReady, let handle = curl_easy_init() else { throw .internalFault("libcurl", "cannot be started") }
    self.handle = handle
  }

  deinit { curl_easy_cleanup(handle) }

  /// Sends the request and appends what arrives; throws where the server refuses or the file cannot be written.
  func run() throws(MVError) -> Ending {
    let start = written
    _ = mv_curl_set_text(handle, CURLOPT_URL, address)
    _ = mv_curl_set_text(handle, CURLOPT_USERAGENT, "mvmr")
    _ = mv_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
    _ = mv_curl_set_text(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
    for (option, value) in [
      (CURLOPT_FOLLOWLOCATION, 1), (CURLOPT_MAXREDIRS, 5), (CURLOPT_FAILONERROR, 1), (CURLOPT_NOSIGNAL, 1),
      (CURLOPT_CONNECTTIMEOUT, 30), (CURLOPT_LOW_SPEED_LIMIT, 1), (CURLOPT_LOW_SPEED_TIME, 60),
    ] { _ = mv_curl_set_long(handle, option, value) }
    if start > 0 { _ = mv_curl_set_offset(handle, CURLOPT_RESUME_FROM_LARGE, curl_off_t(start)) }
    _ = mv_curl_set_writer(handle) { bytes, size, count, target in
      guard let bytes, let target else { return 0 }
      let transfer = Unmanaged<Transfer>.fromOpaque(target).takeUnretainedValue()
      return transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }
    _ = mv_curl_set_watcher(handle) { target, _, _, _, _ in
      guard let target else { return 1 }
      return Unmanaged<Transfer>.fromOpaque(target).takeUnretainedValue().goesOn() ? 0 : 1
    }
    let code = withExtendedLifetime(self) {
      let pointer = Unmanaged.passUnretained(self).toOpaque()
      for option in [CURLOPT_WRITEDATA, CURLOPT_XFERINFODATA] { _ = mv_curl_set_pointer(handle, option, pointer) }
      return curl_easy_perform(handle)
    }
    if let failure { throw failure }
    switch code {
    case CURLE_OK:
      // If the server sends the whole file instead, its bytes must not be appended.
      return start > 0 && mv_curl_status(handle) == 200 && written > start ? .cannotResume : .complete
    case CURLE_RANGE_ERROR: return .cannotResume
    case CURLE_HTTP_RETURNED_ERROR where mv_curl_status(handle) == 416 && start > 0: return .nothingMore
    case CURLE_HTTP_RETURNED_ERROR:
      let status = mv_curl_status(handle)
      if status >= 500 { return .broken("the server answers \(status)") }
      throw .inputOutput(
        address, "the server answers \(status)",
        remedy: status == 404 ? "the file has moved: give another address with --from" : "try again later")
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
      throw .inputOutput(
        address, "cannot be reached", remedy: "check the network, or give another address with --from",
        cause: String(cString: curl_easy_strerror(code)))
    default: return .broken(String(cString: curl_easy_strerror(code)))
    }
  }

  /// Whether nobody has asked to stop; else sets the error that says so.
  private func goesOn() -> Bool {
    guard cancellation.isCancelled else { return true }
    failure = MVError(
      .interrupted, address, "was stopped after \(written) bytes", remedy: "run the same command again: it goes on")
    return false
  }

  private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard goesOn() else { return false }
    if expected == nil {
      let total = Int(clamping: mv_curl_length(handle)).addingReportingOverflow(written)
      expected = file.size ?? (total.overflow || total.partialValue <= written ? nil : total.partialValue)
    }
    if let size = file.size, bytes.count > size - written {
      failure = .badData(
        address, "sends more than the \(size) bytes that the file has",
        remedy: "try again, or give another address with --from")
      return false
    }
    do throws(MVError) { try target.write(bytes, at: written) } catch {
      failure = .inputOutput(
        target.path, "cannot be written", remedy: "make room and run the same command again: it goes on",
        cause: error.cause)
      return false
    }
    written += bytes.count
    progress(written, expected)
    return true
  }
}
