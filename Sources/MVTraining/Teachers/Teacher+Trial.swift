internal import MVCore
internal import MVImaging
internal import MVNetworks

extension Teacher {
  /// Runs a network once on gray images, and returns how many columns it gives an image.
  ///
  /// Throws, naming the file and the cause in the network's own words, where it fails, gives something else than one
  /// finite row an image, or takes one number of images alone.
  static func columns(
    of module: ScriptModule, _ settings: TeacherSettings, size: ImageSize, mean: [Float], deviation: [Float]
  ) throws(MVError) -> Int {
    // Networks that were traced with one number of images mostly were so with 1, 2 or another power of two.
    let count = 3
    func output(_ count: Int) throws(MVError) -> ScriptModule.Output {
      let shape = ImageShape(height: size.height, width: size.width, channels: 3)
      let gray = try Tensor(
        images: [UInt8](repeating: 128, count: count * shape.count), count: count, shape: shape, mean: mean,
        deviation: deviation, channelsLast: false)
      return try module.output(of: gray, during: settings.path)
    }
    let anyNumber =
      "write it so that it gives one row an image for any number of images: trace it without their number, "
      + "as in x.flatten(1) for x.reshape(1, -1), or use torch.jit.script"
    let result: ScriptModule.Output
    do throws(MVError) { result = try output(count) } catch {
      for fewer in 1..<count {
        guard case .tensor(let rows) = try? output(fewer), rows.shape.first == fewer else { continue }
        throw .badData(
          settings.path, "embeds \(fewer) \(fewer == 1 ? "image" : "images") and not \(count) (\(error.reason))",
          remedy: anyNumber)
      }
      throw .badData(
        settings.path, "does not embed images of \(size) (\(error.reason))",
        remedy: "give the size that the teacher was made for, as size=HxW")
    }
    switch result {
    case .other(let kind):
      throw .badData(
        settings.path, "gives \(kind), not one tensor",
        remedy: "write it again within a module whose forward returns the features alone, as self.network(x)[0]")
    case .tensor(let rows):
      guard rows.shape.count >= 2, rows.shape[0] == count, rows.count > 0 else {
        throw .badData(
          settings.path, "gives \(rows.shape) for \(count) images of \(size), not one row each", remedy: anyNumber)
      }
      guard try rows.isFinite() else {
        throw .badData(
          settings.path, "gives values that are not finite",
          remedy: "check mean, std and range of teacher \(settings.label)")
      }
      return rows.count / count
    }
  }
}
