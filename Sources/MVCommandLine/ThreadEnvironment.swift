internal import Foundation
public import MVCore

/// The environment in which the threads of libtorch and of OpenBLAS leave each other the cores.
///
/// Both libraries read it once, when they are loaded: a process that needs it has to be started with it.
public enum ThreadEnvironment {
  /// Starts this program anew where it was not started with the environment; returns in the new process.
  ///
  /// Throws where the program cannot be started.
  public static func waitPassively() throws(MVError) {
    guard getenv(added) == nil else { return }
    try replaceProcess(by: Invocation.program, Invocation.arguments)
  }

  /// The environment as it was before this program added to it, for programs that it runs.
  public static var userEnvironment: [String: String] {
    var environment = ProcessInfo.processInfo.environment
    for name in (environment.removeValue(forKey: added) ?? "").split(separator: ",") {
      environment[String(name)] = nil
    }
    return environment
  }

  /// Whether the way in which threads wait was chosen here, and not by the user's environment.
  public static var choosesWaits: Bool { (getenv(added).map { String(cString: $0) } ?? "").contains(spinCount) }

  private static let spinCount = "GOMP_SPINCOUNT"

  /// The variable that names what was added.
  private static let added = "MVMR_ADDED_ENVIRONMENT"

  /// Replaces this process by `program`, started with the environment; returns only by throwing.
  static func replaceProcess(by program: String, _ arguments: [String]) throws(MVError) {
    // Two libraries have threads here, libgomp and OpenBLAS, on the same cores. Those of one that wait for work by
    // spinning, OpenBLAS's for 25 ms, keep the other's from theirs: a step takes 1.1 times as long. Read once, when
    // they load. What the user has chosen stays; a spin count would undo a chosen policy.
    var settings = [("OPENBLAS_THREAD_TIMEOUT", "4")]
    if getenv("OMP_WAIT_POLICY") == nil { settings += [("OMP_WAIT_POLICY", "passive"), (spinCount, "5000")] }
    // Both count the processors of the process's affinity, and not what a quota of a container leaves of them.
    if Parallel.processorCount < ProcessInfo.processInfo.activeProcessorCount {
      settings += ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"].map { ($0, "\(Parallel.processorCount)") }
    }
    settings = settings.filter { getenv($0.0) == nil }
    for (name, value) in settings { setenv(name, value, 1) }
    if getenv(added) == nil { setenv(added, settings.map(\.0).joined(separator: ","), 1) }
    var words = ([program] + arguments).map { strdup($0) }
    words.append(nil)
    execv(program, &words)
    throw .internalFault(program, "cannot be run", cause: String(cString: strerror(errno)))
  }
}
