internal import CTorch
public import MVCore

extension Torch {
  /// The CUDA devices that libtorch finds; 0 where it was built without CUDA.
  public static var deviceCount: Int { Int(mvt_cuda_count()) }

  /// Creates tensors on `device` from now on, in the whole process.
  ///
  /// `localRank` is the number of this process among those of its machine. With `deterministic`, the same work gives
  /// the same bits there again, as far as libtorch has such algorithms. Throws where there is no such device.
  public static func use(_ device: Device, localRank: Int = 0, deterministic: Bool = true) throws(MVError) {
    let number = try number(of: device, among: deviceCount, localRank: localRank)
    try check(mvt_use_cuda(Int32(number ?? -1), deterministic), during: "setting device=\(device)")
  }

  /// The number of a device of CUDA among `count` that are there; nil for the processor.
  ///
  /// Throws where there is no such device.
  static func number(of device: Device, among count: Int, localRank: Int) throws(MVError) -> Int? {
    guard case .cuda(let asked) = device else { return nil }
    guard count > 0 else {
      throw .usage(
        "setting device=\(device)", "is not possible: libtorch \(version) finds no CUDA device here",
        remedy: "use device=cpu, or a PyTorch for CUDA on a machine with such a device")
    }
    guard let asked else { return localRank % count }
    guard asked < count else {
      throw .usage(
        "setting device=\(device)", "is not there: libtorch finds \(count == 1 ? "one device" : "\(count) devices")",
        remedy: count == 1 ? "use device=cuda" : "use device=cuda:0 to cuda:\(count - 1)")
    }
    return asked
  }

  /// What tensors are made on now.
  package static var device: Device { isOnDevice ? .cuda(Int(mvt_device_number())) : .cpu }

  /// Elements of two bytes that products may be of.
  public enum HalfElement: String, Hashable, Sendable {
    /// 8 bits of exponent, as float32 has them.
    case bfloat16 = "bf16"
    /// 5 bits of exponent: gradients need a factor.
    case float16
  }

  /// Whether what tensors are made on multiplies bfloat16 in hardware: the processor, or the device that is used.
  ///
  /// Elsewhere it is many times slower than float32.
  public static var hasFastBFloat16: Bool { isOnDevice ? mvt_device_bfloat16() : mvt_fast_bfloat16() }

  private static var isOnDevice: Bool { mvt_device_number() >= 0 }

  /// Runs `body` in mixed precision where an element is given: convolutions and matrix products of it, the rest of
  /// float32.
  ///
  /// Throws what `body` throws, and where libtorch fails.
  public static func withProducts<Result>(
    of element: HalfElement?, _ body: () throws(MVError) -> Result
  ) throws(MVError) -> Result {
    guard let element else { return try body() }
    var previous = MVTFloat32
    try check(mvt_set_autocast(element == .float16 ? MVTFloat16 : MVTBFloat16, &previous), during: "autocast")
    defer {
      var ignored = MVTFloat32
      _ = mvt_set_autocast(previous, &ignored)
    }
    return try body()
  }

  /// Bytes of the device that is used.
  package struct DeviceMemory: Hashable, Sendable {
    /// What tensors hold.
    package let held: Int
    /// The most that they have held since ``forgetPeak()``.
    package let peak: Int
    /// What the device has.
    package let total: Int
  }

  /// The memory of the device that is used; nil for the processor, and where libtorch does not tell.
  package static var deviceMemory: DeviceMemory? {
    var memory = MVTDeviceMemory()
    guard mvt_device_memory(&memory) == GuardedOK, memory.total > 0 else { return nil }
    return DeviceMemory(held: Int(memory.held), peak: Int(memory.peak), total: Int(memory.total))
  }

  /// What tensors are made on and how much it holds, in words: `cuda:0 (79 GB)`; `this machine` for the processor.
  package static var deviceName: String {
    guard isOnDevice else { return "this machine" }
    return deviceMemory.map { "\(device) (\($0.total / 1_000_000_000) GB)" } ?? "\(device)"
  }

  /// Begins to count the peak of the device's memory anew, and gives back what no tensor holds.
  package static func forgetPeak() { _ = mvt_forget_peak() }
}
