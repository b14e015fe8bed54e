internal import MVCore

/// Reads the structure of a network off the names and shapes of its tensors.
struct ArchitectureRecognition {
  /// The shape of each tensor, by canonical name.
  let shapes: [String: [Int]]
  /// How the file called them.
  let naming: NetworkNaming
  /// What is known of the network beside its shapes.
  let facts: NetworkFacts
  /// The file, for errors.
  let path: String

  /// The structure; throws where shapes do not go together or no network has them, or what they leave open is not said.
  ///
  /// Tensors that the structure does not have are not looked for: ``NetworkArchitecture/layout`` is compared later.
  func architecture() throws(MVError) -> NetworkArchitecture {
    let made = try recognized()
    guard made.isPossible else { throw wrong("has the shapes of a network larger than there can be") }
    return made
  }

  private func recognized() throws(MVError) -> NetworkArchitecture {
    if shapes["patch_embed.proj.weight"] != nil { return .transformer(try transformer()) }
    if shapes["attnpool.q_proj.weight"] != nil { return .modifiedResidual(try modifiedResidual()) }
    return .residual(try residual())
  }

  func wrong(_ problem: String, remedy: String = "it is no network of the catalogue: see mvmr networks") -> MVError {
    .badData(path, problem, remedy: remedy)
  }

  /// The shape of a tensor that must be there with so many axes.
  func shape(_ name: String, rank: Int) throws(MVError) -> [Int] {
    guard let shape = shapes[name] else { throw wrong("lacks \(name)", remedy: "it is not whole: download it again") }
    guard shape.count == rank, shape.allSatisfy({ $0 > 0 }) else {
      throw wrong("holds \(name) of shape \(shape), where \(rank) axes are usual")
    }
    return shape
  }

  /// The number of names `prefix` N `suffix`, N counting from `first` without a gap.
  func count(_ prefix: String, from first: Int = 0, _ suffix: String) -> Int {
    var number = first
    while shapes["\(prefix)\(number)\(suffix)"] != nil { number += 1 }
    return number - first
  }

  // MARK: Residual networks

  private func stages(_ suffix: String) -> [Int] {
    (0..<count("layer", from: 1, ".0.conv1.weight")).map { count("layer\($0 + 1).", suffix) }
  }

  private func residual() throws(MVError) -> ResidualConfiguration {
    let first = try shape("conv1.weight", rank: 4)
    guard first[1] == 3 else { throw wrong("takes images of \(first[1]) channels", remedy: "images have 3 here") }
    guard [3, 7].contains(first[2]), first[2] == first[3] else {
      throw wrong("begins with a convolution of \(first[2])x\(first[3])")
    }
    guard shapes["layer1.0.conv1.weight"] != nil else { throw wrong("lacks layer1.0.conv1.weight") }
    let block: ResidualConfiguration.Block = shapes["layer1.0.conv3.weight"] == nil ? .basic : .bottleneck
    let blocks = stages(".conv1.weight")
    var widths: [Int] = []
    var isPadded = false
    var inputs = first[0]
    for stage in 1...blocks.count {
      let width = try shape("layer\(stage).0.conv1.weight", rank: 4)[0]
      widths.append(width)
      let outputs = width * (block == .basic ? 1 : 4)
      if inputs != outputs, shapes["layer\(stage).0.downsample.0.weight"] == nil { isPadded = true }
      inputs = outputs
    }
    guard !isPadded || block == .basic else { throw wrong("lacks the shortcuts of its blocks (downsample)") }
    let wide = first[2] == 7
    let stem = wide ? .imagenet : facts.stem ?? (blocks.count == 3 ? .cifar : facts.stemOfThree)
    return ResidualConfiguration(
      block: block, stem: stem, stemWidth: first[0], widths: widths, blocks: blocks,
      zeroInitResidual: blocks.count == 4, shortcut: isPadded ? .padded : .projected,
      classes: shapes["fc.weight"]?.first ?? 0)
  }

  private func modifiedResidual() throws(MVError) -> ModifiedResNetConfiguration {
    let width = try shape("conv3.weight", rank: 4)[0]
    let rows = try shape("attnpool.positional_embedding", rank: 2)[0] - 1
    let grid = Int(Double(rows).squareRoot().rounded())
    guard grid > 0, grid * grid == rows, shapes["layer4.0.conv1.weight"] != nil else {
      throw wrong("has an embedding of \(rows) positions, which are no square, or less than four stages")
    }
    let projection = try shape("attnpool.c_proj.weight", rank: 2)[0]
    return ModifiedResNetConfiguration(
      width: width, blocks: stages(".conv1.weight"), heads: facts.heads, imageSize: 32 * grid, projection: projection)
  }
}
