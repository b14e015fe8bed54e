internal import CCommandLine
internal import Foundation

/// How this process was started; known where `/proc` is not mounted, too.
///
/// Swift's `CommandLine` reads `/proc/self/cmdline`, and says that there were no words where that is not to be had: a
/// program would then end well and have done nothing.
public enum Invocation {
  /// The words behind the program's name.
  public static let arguments: [String] = {
    var count: Int32 = 0
    let words = mvcl_started_with(&count)
    return (0..<Int(count)).dropFirst().compactMap { words?[$0].map { String(cString: $0) } }
  }()

  /// The path of this program's file, which no link stands for.
  static let program: String = {
    if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") { return path }
    let path = mvcl_started_program().map { String(cString: $0) } ?? ""
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }()
}
