internal import MVCore
internal import MVNetworks

/// The processors of a network that works for long, shared with other programs.
enum SharedProcessors {
  /// Runs `body`, and meanwhile keeps to processors that others leave, where `threads` is 0 and the network runs on
  /// processors.
  ///
  /// The number of threads stays, and with it every bit of the result. Throws what `body` throws.
  static func during<Result>(
    threads: Int, on device: Torch.Device, _ body: () throws(MVError) -> Result
  ) throws(MVError) -> Result {
    try ProcessorSharing.during(isAutomatic: threads == 0 && device == .cpu, body)
  }
}
