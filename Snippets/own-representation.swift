// A representation of one's own: a name in the catalogue, the checks that all pass, and a feature file of it.
//
// swift run -c release own-representation [FOLDER]
import Foundation
import MVCore
import MVDatasets
import MVExtraction
import MVImaging
import MVRepresentationChecks
import MVRepresentations
import MVStore
import MVYAML

/// How strongly an image is striped: the mean energy of Gabor filters, by wavelength and direction.
struct Gabor: Representation {
  static let name = "gabor"
  static let summary = "mean energy of Gabor filters, by scale and orientation"
  static let settings: [Setting<Gabor>] = [
    .int("scales", \.scales, 1...5, "octaves of wavelength, from 4 pixels on"),
    .int("orientations", \.orientations, 1...16, "directions in half a turn"),
  ]
  var scales = 2
  var orientations = 4

  func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    try checkSettings()
    try checkChannels(of: shape)
    guard min(shape.height, shape.width) >> (scales - 1) >= Stripes.side else {
      throw .usage(
        "setting scales=\(scales)",
        "needs \(Stripes.side << (scales - 1)) pixels a side, images have \(shape)",
        remedy: "make it smaller, or resize the images")
    }
    return FeatureLayout(shape: [scales, orientations], axes: ["scale", "orientation"])
  }

  func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    let layout = try checkedLayout(for: images, values: rows.count)
    for index in 0..<images.count {
      var plane = Plane(images[index])
      for scale in 0..<scales {
        for orientation in 0..<orientations {
          let energies = plane.energies(of: Stripes(orientation: orientation, of: orientations))
            .values
          rows[index * layout.count + scale * orientations + orientation] =
            energies.reduce(0, +) / Float(energies.count)
        }
        plane = plane.halved
      }
    }
  }

  func picture(of image: Image) throws(MVError) -> Image {
    let plane = Plane(image)
    let maps = (0..<orientations).map {
      plane.energies(of: Stripes(orientation: $0, of: orientations))
    }
    let strongest = maps[0].values.indices.map { index in maps.map { $0.values[index] }.max() ?? 0 }
    let most = max(strongest.max() ?? 0, 1e-6)
    let shape = ImageShape(height: maps[0].height, width: maps[0].width, channels: 3)
    let pixels = strongest.flatMap { Array(repeating: UInt8($0 / most * 255), count: 3) }
    let scale = 256 / min(shape.height, shape.width) + 1
    return try Image(shape: shape, pixels: .uint8(pixels)).resized(
      to: ImageSize(height: shape.height * scale, width: shape.width * scale))
  }
}

/// A complex Gabor filter of wavelength 4.
struct Stripes {
  static let side = 7
  var real: [Float] = []
  var imaginary: [Float] = []

  init(orientation: Int, of count: Int) {
    let angle = Double.pi * Double(orientation) / Double(count)
    for y in -3...3 {
      for x in -3...3 {
        let phase = (Double(x) * cos(angle) + Double(y) * sin(angle)) * .pi / 2
        let weight = exp(-Double(x * x + y * y) / 8) / 25
        real.append(Float(weight * cos(phase)))
        imaginary.append(Float(weight * sin(phase)))
      }
    }
  }
}

/// Gray values, row by row.
struct Plane {
  var height: Int
  var width: Int
  var values: [Float]

  init(height: Int, width: Int, values: [Float]) {
    (self.height, self.width, self.values) = (height, width, values)
  }

  /// The mean of an image's channels, in 0...1.
  init(_ image: Image) {
    let channels = image.shape.channels
    let levels: [Float]
    switch image.pixels {
    case .uint8(let bytes): levels = bytes.map { Float($0) / 255 }
    case .float32(let floats): levels = floats
    }
    let values = stride(from: 0, to: levels.count, by: channels).map { start in
      levels[start..<start + channels].reduce(0, +) / Float(channels)
    }
    self.init(height: image.shape.height, width: image.shape.width, values: values)
  }

  /// Half as high and wide: means of 2 x 2 pixels.
  var halved: Plane {
    var values: [Float] = []
    for y in 0..<height / 2 {
      for x in 0..<width / 2 {
        let place = 2 * y * width + 2 * x
        values.append(
          (self.values[place] + self.values[place + 1] + self.values[place + width]
            + self.values[place + width + 1]) / 4)
      }
    }
    return Plane(height: height / 2, width: width / 2, values: values)
  }

  /// The modulus of the filter's response at every second pixel.
  func energies(of stripes: Stripes) -> Plane {
    let (rows, columns) = ((height - Stripes.side) / 2 + 1, (width - Stripes.side) / 2 + 1)
    var energies: [Float] = []
    for top in 0..<rows {
      for left in 0..<columns {
        var (real, imaginary) = (Float(0), Float(0))
        for y in 0..<Stripes.side {
          let row = (2 * top + y) * width + 2 * left
          for x in 0..<Stripes.side {
            real += values[row + x] * stripes.real[y * Stripes.side + x]
            imaginary += values[row + x] * stripes.imaginary[y * Stripes.side + x]
          }
        }
        energies.append((real * real + imaginary * imaginary).squareRoot())
      }
    }
    return Plane(height: rows, width: columns, values: energies)
  }
}

let catalogue = try Catalogue.standard.adding(Gabor.self)
let gabor = try RepresentationSpecification(parsing: "gabor:scales=3", in: catalogue).make(
  in: catalogue)
let image = try Synthetic(count: 20).images(0..<1, of: Synthetic(count: 20).split("train"))[0]
print(
  try gabor.features(of: image).layout.shape, gabor.settingTable.map { "\($0.name): \($0.accepts)" }
)

let failures = try RepresentationChecks(of: Gabor.self).run()
print(
  failures.isEmpty
    ? "gabor keeps every promise" : failures.map(\.description).joined(separator: "\n"))

let folder = CommandLine.arguments.dropFirst().first ?? NSTemporaryDirectory()
let file = URL(filePath: folder).appending(path: "gabor.h5")
let yaml = try YAMLNode(
  parsing: Data("representations: [hog, gabor, {gabor: {scales: 1, as: gabor1}}]".utf8),
  file: "own.yaml")
let configuration = try ExtractionConfiguration(yaml, in: catalogue)
try Extraction(configuration, from: Synthetic(count: 40), to: file, in: catalogue).run()
for stored in try FeatureFile(reading: file).representations {
  print(stored.name, stored.shape, stored.settings.count)
}
