internal import CKernels
internal import Foundation
internal import MVCommandLine
internal import MVCore

/// What figures were measured on: they mean nothing on another machine.
struct Machine: Codable {
  /// The processor's name, as Linux gives it.
  let processor: String
  /// Cores that this process may use.
  let cores: Int
  /// The instruction set that the kernels chose.
  let kernels: String
  /// Versions, by name.
  let software: [String: String]

  /// This machine.
  static var this: Machine {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
    let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
    let targets = mvk_targets()
    return Machine(
      processor: name.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown", cores: Parallel.processorCount,
      // Highway numbers the best one lowest.
      kernels: String(cString: mvk_target_name(targets & -targets))
        + (InstructionLimit.current == .avx512 ? " without VNNI and bfloat16" : ""),
      software: Provenance.software.filter { $0.key != "command" })
  }
}
