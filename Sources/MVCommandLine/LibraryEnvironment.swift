internal import Foundation
public import MVCore

/// What libraries read from the environment once, when they are loaded, and choose badly by themselves.
public enum LibraryEnvironment {
  /// Starts this program anew with the environment it is fast in, unless it has that or the user has chosen.
  ///
  /// For commands that multiply matrices, before any work; `usingOpenMP` for those that also run libtorch.
  public static func restartIfSlow(usingOpenMP: Bool = false) throws(MVError) {
    let wanted = usingOpenMP ? variables : variables.filter { $0.name != waitPolicy }
    guard wanted.contains(where: { getenv($0.name) == nil }) else { return }
    try replaceProcess(by: "/proc/self/exe", Array(CommandLine.arguments.dropFirst()))
  }

  /// Replaces this process by `program` with that environment; returns only by throwing.
  static func replaceProcess(by program: String, _ arguments: [String]) throws(MVError) {
    for variable in variables { setenv(variable.name, variable.value, 0) }
    var words = ([program] + arguments).map { strdup($0) }
    words.append(nil)
    execv(program, &words)
    throw .internalFault(program, "cannot be run: \(String(cString: strerror(errno)))")
  }

  private static let waitPolicy = "OMP_WAIT_POLICY"

  private static var variables: [(name: String, value: String)] {
    // Threads that wait for work would otherwise spin, on cores that other work could use; read when libgomp loads.
    let passive = (name: waitPolicy, value: "passive")
    return hasSlowKernels ? [passive, (name: "OPENBLAS_CORETYPE", value: "SkylakeX")] : [passive]
  }

  /// Whether OpenBLAS multiplies with AVX2 on a processor with AVX-512.
  ///
  /// Debian 12's 0.3.21 is older than Zen 4 and 5, and takes them for processors without: 1.5 to 1.9 times slower.
  private static var hasSlowKernels: Bool {
    guard let symbol = dlsym(nil, "openblas_get_corename") else { return false }
    typealias Name = @convention(c) () -> UnsafePointer<CChar>?
    guard let name = unsafeBitCast(symbol, to: Name.self)(), ["Haswell", "Zen"].contains(String(cString: name)) else {
      return false
    }
    let needed: Set<Substring> = ["avx512f", "avx512cd", "avx512dq", "avx512bw", "avx512vl"]
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").first { $0.hasPrefix("flags") }
      .map { needed.isSubset(of: $0.split(separator: " ")) } ?? false
  }
}
