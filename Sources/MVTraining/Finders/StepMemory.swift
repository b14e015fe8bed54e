internal import MVNetworks

/// Bytes of the memory that a step needs most of: the device's where networks are on one, else the process's.
enum StepMemory {
  /// The number of bytes held now.
  static var held: Int { Torch.deviceMemory?.held ?? ProcessMemory.held }

  /// The largest number of bytes held since the last ``resetPeak()``.
  static var peak: Int { Torch.deviceMemory?.peak ?? ProcessMemory.peak }

  /// The number of bytes that can be held; a device needs some for itself.
  static var limit: Int { Torch.deviceMemory.map { $0.total / 20 * 19 } ?? ProcessMemory.limit }

  /// Resets ``peak`` to what is held now.
  static func resetPeak() {
    Torch.forgetPeak()
    ProcessMemory.resetPeak()
  }
}
