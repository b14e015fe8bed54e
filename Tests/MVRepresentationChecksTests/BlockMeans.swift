import MVCore
import MVImaging
import MVRepresentations
import Synchronization

/// A promise that ``BlockMeans`` can break.
protocol Flaw: Sendable {
  static var flaw: FlawKind? { get }
}

enum FlawKind {
  case emptySummary, leavesValues, wrongLabels, dependsOnBatch, countsCalls, refusesFloatsAsUsage, refusesEmptyBatches,
    takesNaN, takesAnyBuffer, namesNoSetting, losesSetting, takesAnyChoice, ignoresSetting, samePicture, tinyPicture
}

/// The mean of each channel in each cell of a grid, as another package would write it; sound but for its flaw.
struct BlockMeans<Broken: Flaw>: Representation {
  static var name: String { "means" }
  static var summary: String { Broken.flaw == .emptySummary ? "" : "means of the cells of a grid" }
  static var takesFloatPixels: Bool { Broken.flaw != .refusesFloatsAsUsage }
  static var settings: [Setting<BlockMeans>] {
    [
      .int("grid", \.grid, 1...64, "cells a side"), .double("gain", \.gain, 0.5...8, "a factor"),
      .bool("centered", \.centered, "less the mean of the row"),
      .string(
        "unit", \.unit,
        SettingDomain.TextForm("byte|one", examples: ["byte", "one"], counterexamples: ["no-such-unit"]) {
          Broken.flaw == .takesAnyChoice || $0 == "byte" || $0 == "one"
        }, "what white is"),
    ]
  }
  private var cells = 4
  var grid: Int {
    get { cells }
    set { cells = Broken.flaw == .losesSetting ? max(2, newValue) : newValue }
  }
  var gain = 1.0
  var centered = false
  var unit = "byte"

  func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    try checkSettings()
    try checkChannels(of: shape)
    guard min(shape.height, shape.width) >= grid else {
      throw .usage(
        Broken.flaw == .namesNoSetting ? "image" : "setting grid=\(grid)",
        "is more than images of \(shape) have pixels",
        remedy: "make it smaller")
    }
    return FeatureLayout(
      shape: [grid, grid, shape.channels], axes: ["y", "x", "channel"],
      labels: Broken.flaw == .wrongLabels ? ["channel": ["one"]] : [:])
  }

  func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    let layout: FeatureLayout
    switch Broken.flaw {
    case .takesNaN, .takesAnyBuffer:
      layout = try self.layout(for: images.shape)
      if Broken.flaw == .takesNaN { _ = try checkedLayout(for: images.zeroed, values: rows.count) }
    default: layout = try checkedLayout(for: images, values: rows.count)
    }
    if case .float32 = images.pixels, Broken.flaw == .refusesFloatsAsUsage {
      throw .usage("pixels", "are floats", remedy: "give bytes")
    }
    guard images.count > 0 || Broken.flaw != .refusesEmptyBatches else {
      throw .usage("batch", "is empty", remedy: "give images")
    }
    let call = Counter.calls.withLock { calls in
      calls += 1
      return calls
    }
    for image in 0..<images.count {
      var row = means(of: images[image])
      if centered, Broken.flaw != .ignoresSetting {
        let mean = row.reduce(0, +) / Float(row.count)
        for place in row.indices { row[place] -= mean }
      }
      if Broken.flaw == .dependsOnBatch { row[0] += Float(images.count) }
      if Broken.flaw == .countsCalls { row[0] += Float(call) }
      for (place, value) in row.enumerated() {
        let index = image * layout.count + place
        guard index < rows.count, Broken.flaw != .leavesValues || place > 0 else { continue }
        rows[index] = value
      }
    }
  }

  private func means(of image: Image) -> [Float] {
    let shape = image.shape
    var sums = [Float](repeating: 0, count: grid * grid * shape.channels)
    var counts = sums
    for y in 0..<shape.height {
      for x in 0..<shape.width {
        for channel in 0..<shape.channels {
          let cell = (y * grid / shape.height * grid + x * grid / shape.width) * shape.channels + channel
          let index = (y * shape.width + x) * shape.channels + channel
          switch image.pixels {
          case .uint8(let values): sums[cell] += Float(values[index])
          case .float32(let values): sums[cell] += values[index] * 255
          }
          counts[cell] += 1
        }
      }
    }
    let scale = Float(gain) / (unit == "byte" ? 1 : 255)
    return zip(sums, counts).map { $0 / $1 * scale }
  }

  func picture(of image: Image) throws(MVError) -> Image {
    var means = BlockMeans()
    means.grid = min(8, image.shape.height, image.shape.width)
    let size = Broken.flaw == .tinyPicture ? 64 : 256
    guard Broken.flaw != .samePicture else {
      let shape = ImageShape(height: size, width: size, channels: 3)
      return Image(shape: shape, pixels: .uint8((0..<shape.count).map { UInt8($0 % 200) }))
    }
    let row = try means.features(of: image)
    let channels = image.shape.channels
    let pixels = (0..<means.grid * means.grid * 3).map { row.values[$0 / 3 * channels + $0 % 3 % channels] }
    return try Image(
      shape: ImageShape(height: means.grid, width: means.grid, channels: 3),
      pixels: .uint8(pixels.map { UInt8(min(max($0, 0), 255)) })
    ).resized(to: ImageSize(height: size, width: size))
  }
}

private enum Counter {
  static let calls = Mutex(0)
}

extension ImageBatch {
  /// The same batch with all pixels zero.
  fileprivate var zeroed: ImageBatch {
    ImageBatch(count: count, shape: shape, pixels: .uint8(Array(repeating: 0, count: count * shape.count)))
  }
}
