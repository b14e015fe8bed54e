internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVImaging
internal import MVRepresentations

extension Command {
  /// `mvmr show`: representations of one image as pictures.
  static let show = Command(
    "show", summary: "Draw an image and its representations side by side into a PNG",
    discussion: "Example:\n  mvmr show photo.jpg --size 96x96 --output photo.png",
    arguments: [
      .positional("IMAGE", "an image file"),
      .option("output", "FILE.png", "the picture to write", required: true),
      .option(
        "representation", "NAME[:key=value,...]", "see `mvmr representations`; default: all four", repeated: true),
      .option("size", "HxW", "bring the image to this size first: cover it, cut out the centre"),
    ]
  ) { (arguments) throws(MVError) in
    var image = try Image(contentsOf: URL(filePath: try arguments.required("IMAGE")))
    if let size = arguments["size"] { image = try image.covering(try ImageSize(parsing: size)) }
    var specifications = try arguments.all("representation").map { (text) throws(MVError) in
      try RepresentationSpecification(parsing: text)
    }
    if specifications.isEmpty { specifications = Catalogue.defaults }
    var pictures = [image]
    for specification in specifications { pictures.append(try specification.make().picture(of: image)) }
    let output = URL(filePath: try arguments.required("output"))
    try ContactSheet.image(of: pictures).writePNG(to: output)
    print("\(output.path): the image, \(specifications.map(\.storedName).joined(separator: ", ")), from left to right")
  }
}

/// Pictures side by side, each as tall as the tallest, within bounds.
enum ContactSheet {
  private static let gap = 8

  static func image(of pictures: [Image]) throws(MVError) -> Image {
    // A narrow image must not ask for a picture of gigabytes.
    let height = min(1024, max(256, pictures.map(\.shape.height).max() ?? 0))
    let scaled = try pictures.map { (picture) throws(MVError) in
      let width = min(4096, max(1, picture.shape.width * height / picture.shape.height))
      return try picture.resized(to: ImageSize(height: height, width: width))
    }
    let width = scaled.reduce(0) { $0 + $1.shape.width } + gap * (scaled.count + 1)
    let shape = ImageShape(height: height + 2 * gap, width: width, channels: 3)
    var pixels = [UInt8](repeating: 255, count: shape.count)
    var left = gap
    for picture in scaled {
      guard case .uint8(let values) = picture.pixels else { continue }
      let row = picture.shape.width * 3
      for y in 0..<height {
        let start = ((y + gap) * width + left) * 3
        pixels.replaceSubrange(start..<start + row, with: values[y * row..<(y + 1) * row])
      }
      left += picture.shape.width + gap
    }
    return Image(shape: shape, pixels: .uint8(pixels))
  }
}
