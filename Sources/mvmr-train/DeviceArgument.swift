internal import MVCommandLine
internal import MVCore
internal import MVNetworks

/// `--device` on the command line.
enum DeviceArgument {
  /// The option; `standard` is what stands where it is not given.
  static func option(_ help: String, default standard: Device? = nil) -> Argument {
    .option(
      "device", "cpu|cuda|cuda:N", help, default: standard?.description ?? "", takes: .words(Device.names))
  }

  /// The device that is asked for; nil where none is.
  ///
  /// Throws a usage error for another word.
  static func device(_ arguments: ParsedArguments) throws(MVError) -> Device? {
    guard let text = arguments["device"] else { return nil }
    guard let device = Device(text) else {
      throw .usage("--device \(text)", "is no device", remedy: "give cpu, cuda, or cuda:N for one of several")
    }
    return device
  }
}
