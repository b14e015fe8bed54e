internal import COpenCV

/// Settings and facts of the imaging library (OpenCV) as a whole.
public enum Imaging {
  /// Tells OpenCV to use one thread per call, so that callers can spread the work over threads themselves.
  public static func useOneThreadPerCall() { mvcv_use_one_thread() }
  /// The version of OpenCV that decodes images, for provenance.
  public static var libraryVersion: String {
    var version: [Int32] = [0, 0, 0]
    mvcv_version(&version)
    return version.map(String.init).joined(separator: ".")
  }
  /// The number of OpenCV objects not yet freed, for leak tests.
  public static var liveHandles: Int { mvcv_live_handles() }
}
