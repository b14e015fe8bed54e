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
      .positional("IMAGE", "an image file", takes: .file),
      .option("output", "FILE.png", "the picture to write", required: true, output: .stream(["png"])),
      .option(
        "representation", "NAME[:key=value,...]", "see `mvmr representations`; default: all four", repeated: true,
        takes: .representation),
      .option("size", "HxW", "bring the image to this size first: cover it, cut out the centre"),
      .flag("json", "print one JSON object"),
    ] + SourceArguments.decoding
  ) { (arguments) throws(MVError) in
    var image = try Image(
      contentsOf: URL(filePath: try arguments.required("IMAGE")), decoding: try SourceArguments.decoding(arguments))
    if let size = arguments["size"] { image = try image.covering(try ImageSize(parsing: size)) }
    var specifications = try arguments.all("representation").map { (text) throws(MVError) in
      try RepresentationSpecification(parsing: text)
    }
    if specifications.isEmpty { specifications = Catalogue.standard.defaults }
    var pictures = [image]
    for specification in specifications { pictures.append(try specification.make().pictureWithinMemory(of: image)) }
    let output = URL(filePath: try arguments.required("output"))
    try ContactSheet.image(of: pictures).writePNG(to: output)
    let names = specifications.map(\.storedName)
    if arguments.has("json") {
      try Terminal.printJSON(WrittenOutput(output.path, ["representations": names]))
    } else {
      try Terminal.result("\(output.path): the image, \(names.joined(separator: ", ")), from left to right")
    }
  }
}
