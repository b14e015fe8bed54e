internal import COpenCV

/// What concerns the imaging library as a whole.
public enum Imaging {
  /// Keeps OpenCV from starting threads of its own, so that callers can spread the work themselves.
  public static func useOneThreadPerCall() { mvcv_use_one_thread() }
  /// The version of OpenCV that decodes and resizes, for provenance.
  public static var libraryVersion: String {
    var version: [Int32] = [0, 0, 0]
    mvcv_version(&version)
    return version.map(String.init).joined(separator: ".")
  }
  /// OpenCV objects not yet freed; for leak tests.
  public static var liveHandles: Int { mvcv_live_handles() }
}
