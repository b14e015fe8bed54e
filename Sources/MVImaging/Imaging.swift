internal import CCodecs
internal import COpenCV

/// Settings and facts of the imaging libraries as a whole.
public enum Imaging {
  /// Tells OpenCV to use one thread per call, so that callers can spread the work over threads themselves.
  public static func useOneThreadPerCall() { mvcv_use_one_thread() }
  /// The version of OpenCV, for provenance.
  public static var libraryVersion: String {
    var version: [Int32] = [0, 0, 0]
    mvcv_version(&version)
    return version.map(String.init).joined(separator: ".")
  }
  /// The libraries that decode image files, with their versions, for provenance.
  public static var codecVersions: String { String(cString: mv_codec_versions()) }
  /// The number of opened and written images not yet freed, for leak tests.
  public static var liveHandles: Int { mv_codec_live_handles() }
}
