internal import CKernels
internal import Foundation
internal import MVCommandLine
internal import MVCore

/// Instruction sets that a measurement leaves alone, ours and the peers', as if the processor did not have them.
enum InstructionLimit: String, CaseIterable {
  /// AVX2, without any of AVX-512.
  case avx2
  /// AVX-512 without its products of small integers (VNNI) and bfloat16.
  case avx512

  /// The variable that names the limit.
  static let variable = "MVMR_INSTRUCTIONS"

  /// The limit that the environment asks for; nil without one.
  private(set) static nonisolated(unsafe) var current: InstructionLimit?

  /// Applies the limit that the environment asks for; starts the program anew where libraries have to be told first.
  ///
  /// Throws where it asks for an unknown one.
  static func apply() throws(MVError) {
    guard let text = getenv(variable).map({ String(cString: $0) }) else { return }
    guard let limit = InstructionLimit(rawValue: text) else {
      throw .usage(
        variable, "is \(text)", remedy: "give one of \(allCases.map(\.rawValue).joined(separator: ", ")), or unset it")
    }
    // Libraries read these when they are loaded.
    if limit.environment.contains(where: { name, value in getenv(name).map { String(cString: $0) } != value }) {
      for (name, value) in limit.environment { setenv(name, value, 1) }
      var words = CommandLine.arguments.map { strdup($0) }
      words.append(nil)
      execv("/proc/self/exe", &words)
      throw .internalFault("mvmr-bench", "cannot be started anew", cause: String(cString: strerror(errno)))
    }
    current = limit
    mvk_allow_pair_products(0)
    guard limit == .avx2 else { return }
    let all = mvk_targets()
    let bits = (0..<63).map { Int64(1) << $0 }.filter { all & $0 != 0 }
    mvk_force_targets(bits.filter { !String(cString: mvk_target_name($0)).hasPrefix("AVX3") }.reduce(0, |))
  }

  /// What OpenBLAS, oneDNN, PyTorch, MKL, FAISS and OpenCV are told.
  private var environment: [(String, String)] {
    switch self {
    case .avx2:
      [
        ("OPENBLAS_CORETYPE", "Haswell"), ("ONEDNN_MAX_CPU_ISA", "AVX2"), ("ATEN_CPU_CAPABILITY", "avx2"),
        ("MKL_ENABLE_INSTRUCTIONS", "AVX2"), ("FAISS_OPT_LEVEL", "avx2"), ("OPENCV_CPU_DISABLE", "AVX512-SKX"),
      ]
    case .avx512:
      [("OPENBLAS_CORETYPE", "SkylakeX"), ("ONEDNN_MAX_CPU_ISA", "AVX512_CORE"), ("MKL_ENABLE_INSTRUCTIONS", "AVX512")]
    }
  }
}
