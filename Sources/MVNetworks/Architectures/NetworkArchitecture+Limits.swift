internal import Foundation
internal import MVCore

extension NetworkArchitecture {
  /// Whether the numbers describe a network that there can be: they may come from a file.
  var isPossible: Bool {
    let width = 1...1 << 20
    switch self {
    case .residual(let network):
      return (1...8).contains(network.widths.count) && network.blocks.count == network.widths.count
        && width.contains(network.stemWidth) && network.widths.allSatisfy(width.contains)
        && network.blocks.allSatisfy((1...1000).contains) && (0...1 << 24).contains(network.classes)
    case .transformer(let network):
      let counts = [network.patch, network.width, network.heads, network.hidden, network.imageSize]
      return counts.allSatisfy((1...1 << 22).contains) && (1...1000).contains(network.depth)
        && [network.registers, network.projection, network.classes].allSatisfy((0...1 << 24).contains)
        && network.imageSize <= 1 << 16 && network.patch <= network.imageSize
    case .modifiedResidual(let network):
      return (2...1 << 16).contains(network.width) && (1...8).contains(network.blocks.count)
        && network.blocks.allSatisfy((1...1000).contains) && (32...1 << 16).contains(network.imageSize)
        && (1...1 << 20).contains(network.projection) && (1...1 << 20).contains(network.heads)
    }
  }

  /// The number of values of a network and of a projector of these widths; nil where it is beyond counting.
  package func valueCount(projector widths: [Int]) -> Int? {
    guard isPossible else { return nil }
    var count: Int? = 0
    func add(_ shape: [Int]) {
      count = count.flatMap { sum in Checked.product(shape).flatMap { Checked.sum(sum, $0) } }
    }
    for entry in layout { add(entry.shape) }
    var inputs = featureCount
    for (index, width) in widths.enumerated() {
      add([width, inputs])
      if index < widths.count - 1 { add([4, width]) }
      inputs = width
    }
    return count
  }

  /// Throws where a network, with a projector of these widths, takes more memory than the machine has.
  ///
  /// With `training`, the gradients and what an optimizer keeps are counted.
  func checkMemory(projector widths: [Int], training: Bool) throws(MVError) {
    let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    let count = valueCount(projector: widths)
    guard let bytes = count.flatMap({ Checked.product($0, training ? 16 : 4) }), bytes <= memory else {
      throw .usage(
        "network",
        "of \(count.map { "\($0)" } ?? "more than 2^63") values takes more than this machine's memory, "
          + "\(memory >> 30) GiB", remedy: "give smaller widths, or a smaller projector")
    }
  }
}
