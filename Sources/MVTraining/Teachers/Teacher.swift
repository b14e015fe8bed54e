internal import Foundation
public import MVCore
internal import MVImaging
internal import MVNetworks

/// A trained network that another learns from: it turns images into embeddings, in evaluation mode.
public final class Teacher: @unchecked Sendable {
  // Unchecked: libtorch may run one network on several threads, and in evaluation mode nothing in it changes.

  /// The settings: how images are passed to the network, and how much its embedding counts.
  public let settings: TeacherSettings
  /// The number of columns of an embedding; an output of more axes is flattened.
  public let columns: Int
  /// A text that differs between files and, where a file says how images are fed, between ways of doing so.
  public let fingerprint: String
  /// What is worth telling of it, one line each; empty mostly.
  public let notices: [String]
  private let network: TeacherNetwork
  private let size: ImageSize
  private let interpolation: Resampling
  private let mean: [Float]
  private let deviation: [Float]

  /// Reads the network; images of `imageSize` are brought to the size of the settings, or else the network's own.
  ///
  /// Throws, naming the file, where it is missing or no network, does not take such images, or has no such output;
  /// TorchScript is a program: it is taken where its name says so or with `runningScripts`, run once on gray images,
  /// and refused where it does not give one finite row for each.
  public init(
    _ settings: TeacherSettings, imageSize: ImageSize, runningScripts: Bool = false
  ) throws(MVError) {
    guard !settings.isRole else { throw settings.unfilled(command: nil) }
    let found = try TrainedNetwork(at: settings.path, settings.network, runningScripts: runningScripts)
    let usual = try found.preprocessing()
    if let usual, settings.leavesStatistics {
      (mean, deviation) = (usual.mean, usual.deviation)
    } else {
      (mean, deviation) = try settings.statistics()
    }
    notices =
      usual == nil && settings.leavesStatistics
      ? [
        "\(settings.path) does not say how its images are normalized, and is fed values 0...1: normalization=imagenet, "
          + "or mean= and std=, says it otherwise, normalization=none that it is meant"
      ] : []
    size = settings.size ?? usual?.framing.size ?? imageSize
    interpolation = settings.interpolation ?? usual?.framing.interpolation ?? .bilinear
    network = try TeacherNetwork(found, layer: settings.layer)
    self.settings = settings
    let file = try found.fingerprint()
    let output: NetworkOutput
    switch network {
    case .script(let module):
      columns = try Teacher.columns(of: module, settings, size: size, mean: mean, deviation: deviation)
      fingerprint = file
      return
    case .encoder(let encoder, let chosen):
      try Teacher.check(encoder.backbone, size, settings)
      (columns, output) = (try encoder.checkedColumns(of: chosen), chosen)
    case .backbone(let backbone, let chosen):
      try Teacher.check(backbone, size, settings)
      (columns, output) = (try backbone.checkedColumns(of: chosen), chosen)
    }
    fingerprint = "\(file) \(output) \(size) \(interpolation.rawValue) \(mean) \(deviation)"
  }

  private static func check(
    _ backbone: any Backbone, _ size: ImageSize, _ settings: TeacherSettings
  ) throws(MVError) {
    do throws(MVError) { try backbone.check(size) } catch {
      throw error.with(subject: "teacher \(settings.label), \(error.subject)")
    }
  }

  /// Computes one row per image.
  ///
  /// Throws for images that are neither gray nor RGB, and for floats outside 0...1.
  public func embed(_ images: ImageBatch, threads: Int = Parallel.processorCount) throws(MVError) -> Matrix {
    guard images.count > 0 else { return Matrix(rows: 0, columns: columns) }
    let shape = try images.shape.inColor("a batch")
    return try embedding(of: images.bytesInColor("a batch"), shape: shape, threads: threads)
  }

  /// Computes the rows of 8-bit RGB images of one shape; `threads` threads resize.
  ///
  /// Throws where the network fails.
  func embedding(of pixels: [UInt8], shape: ImageShape, threads: Int) throws(MVError) -> Matrix {
    let rows = try rows(of: pixels, shape: shape, threads: threads)
    return Matrix(rows: pixels.count / shape.count, columns: columns, values: try rows.values())
  }

  /// The same rows where the network has computed them.
  func rows(of pixels: [UInt8], shape: ImageShape, threads: Int) throws(MVError) -> Tensor {
    let count = pixels.count / shape.count
    let input = ImageShape(height: size.height, width: size.width, channels: 3)
    let resized = shape == input ? pixels : try resize(pixels, shape, input, threads)
    // A teacher for large images would otherwise need more memory than the encoder's training.
    let most = max(1, min(512, (16 << 20) / input.count))
    var parts: [Tensor] = []
    for start in stride(from: 0, to: count, by: most) {
      let end = min(count, start + most)
      let part = start == 0 && end == count ? resized : Array(resized[start * input.count..<end * input.count])
      let batch = try Tensor(
        images: part, count: end - start, shape: input, mean: mean, deviation: deviation, channelsLast: true)
      guard let rows = try network.rows(of: batch, during: settings.path), rows.count == (end - start) * columns
      else {
        throw .badData(
          settings.path, "does not give \(columns) values for each of \(end - start) images of \(size)",
          remedy: "write it so that it gives one row an image, for any number of images")
      }
      parts.append(rows)
    }
    return parts.count == 1 ? parts[0] : try parts.concatenated(axis: 0)
  }

  private func resize(
    _ pixels: [UInt8], _ shape: ImageShape, _ input: ImageShape, _ threads: Int
  ) throws(MVError) -> [UInt8] {
    let count = pixels.count / shape.count
    var result = [UInt8](repeating: 0, count: count * input.count)
    let (kernel, size) = (interpolation, size)
    var failure: MVError?
    result.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let target = buffer
      do throws(MVError) {
        // Each index writes a range of its own.
        try Parallel.forEach(count, threads: max(1, threads)) { (index) throws(MVError) in
          let own = Array(pixels[index * shape.count..<(index + 1) * shape.count])
          let image = try Image(shape: shape, pixels: .uint8(own)).resized(to: size, kernel)
          guard case .uint8(let bytes) = image.pixels else { return }
          let place = index * input.count..<(index + 1) * input.count
          _ = UnsafeMutableBufferPointer(rebasing: target[place]).update(fromContentsOf: bytes)
        }
      } catch { failure = error }
    }
    if let failure { throw failure }
    return result
  }
}
