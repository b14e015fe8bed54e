internal import CTorch
public import MVCore

/// The libtorch under this module: its version, its threads, and what it is fast at on this machine.
public enum Torch {
  /// For example `1.13.1`.
  public static var version: String { String(cString: mvt_version()) }

  /// Whether this processor multiplies bfloat16 in hardware (AVX512-BF16 or AMX); without that, libtorch's bfloat16 is
  /// many times slower than its float32.
  public static var hasFastBFloat16: Bool { mvt_fast_bfloat16() }

  /// Whether networks may be trained on maps in blocks of 16 channels: Debian's libtorch, float32, the CPU and AVX-512.
  ///
  /// 3x3 convolutions of stride 1 with 32 channels or more, on maps of 4 pixels a side or more, are then Winograd's
  /// F(4x4, 3x3), a quarter of the multiplications (Lavin and Gray 2016); sums differ from the others' by about 1e-5 of the
  /// largest.
  public static var hasChannelBlocks: Bool { mvt_has_channel_blocks() }

  /// The number of tensors that are alive, intermediate ones included: a leak shows as a number that grows.
  public static var liveHandles: Int { Int(mvt_live_handles()) }

  /// The threads an operation may use, in libtorch and in the OpenBLAS under it.
  public static var threads: Int { Int(mvt_threads()) }

  /// Sets the threads an operation may use; 0 takes every processor.
  public static func setThreads(_ count: Int) throws(MVError) {
    let threads = count > 0 ? count : Parallel.processorCount
    try check(mvt_set_threads(Int32(threads)), during: "setting threads=\(count)")
  }

  /// Lets the C library keep freed memory for the next allocation, in the whole process, from now on.
  ///
  /// A step frees and allocates its activations anew; given back to the system, the larger ones cost a page fault each 4 KiB.
  /// CIFAR networks train 1.1 to 1.6 times as fast with it. For programs that do little but train.
  public static func keepFreedMemory() { mvt_keep_freed_memory() }

  /// Whether libtorch was built for CUDA and finds a device.
  public static var hasCUDA: Bool { mvt_has_cuda() }

  /// What a network runs on.
  public enum Device: String, Hashable, Sendable, CaseIterable {
    /// The processor.
    case cpu
    /// The first device of NVIDIA's.
    case cuda
  }

  /// Makes tensors from now on, in the whole process, on `device`; throws where there is none of that kind.
  public static func use(_ device: Device) throws(MVError) {
    guard device == .cpu || hasCUDA else {
      throw .usage(
        "setting device=cuda", "is not possible: libtorch \(version) finds no CUDA device here",
        remedy: "use device=cpu, or build with LIBTORCH naming a libtorch for CUDA on a machine that has one")
    }
    try check(mvt_use_cuda(device == .cuda), during: "setting device=\(device.rawValue)")
  }

  /// Runs `body` without recording for gradients: the memory of intermediate results is freed at once.
  public static func withoutGradients<Result>(_ body: () throws(MVError) -> Result) throws(MVError) -> Result {
    let previous = mvt_set_recording(false)
    defer { _ = mvt_set_recording(previous) }
    return try body()
  }

  /// Runs `body` in mixed precision where `enabled`: convolutions and matrix products in bfloat16, the rest in float32.
  public static func withAutocast<Result>(
    _ enabled: Bool, _ body: () throws(MVError) -> Result
  ) throws(MVError) -> Result {
    guard enabled else { return try body() }
    var previous = false
    try check(mvt_set_autocast(true, &previous), during: "autocast")
    defer {
      var ignored = false
      _ = mvt_set_autocast(previous, &ignored)
    }
    return try body()
  }
}
