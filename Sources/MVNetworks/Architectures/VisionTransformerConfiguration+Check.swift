internal import MVCore

extension VisionTransformerConfiguration {
  /// Throws a usage error where no such network can be made, and says what can.
  func check() throws(MVError) {
    let numbers = [
      ("patch", patch), ("width", width), ("depth", depth), ("heads", heads), ("hidden", hidden),
      ("image size", imageSize),
    ]
    for (name, number) in numbers where number < 1 {
      throw .usage("\(name)=\(number)", "is not possible for a transformer", remedy: "give 1 or more")
    }
    for (name, number) in [("registers", registers), ("projection", projection), ("classes", classes)]
    where number < 0 {
      throw .usage("\(name)=\(number)", "is not possible for a transformer", remedy: "give 0 or more")
    }
    try checkHeads(heads, divide: width)
    guard patch <= imageSize else {
      throw .usage(
        "patch=\(patch)", "is larger than images of \(imageSize)x\(imageSize)", remedy: "give \(imageSize) or less")
    }
    guard classToken || !distillationToken else {
      throw .usage("a distillation token", "stands beside a class token only", remedy: "give both, or none")
    }
  }
}

/// Throws a usage error where `heads` do not divide `width`, and lists what does.
func checkHeads(_ heads: Int, divide width: Int) throws(MVError) {
  guard heads < 1 || width % heads != 0 else { return }
  let fitting = (1...width).filter { width % $0 == 0 }.map(String.init)
  throw .usage(
    "heads=\(heads)", "do not divide a width of \(width)", remedy: "use \(fitting.joined(separator: ", "))")
}
