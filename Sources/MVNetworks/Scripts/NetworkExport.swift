public import Foundation
public import MVCore
internal import MVFiles
internal import MVWeights

/// How a network is written for other programs.
public enum NetworkExport: String, Sendable, CaseIterable {
  /// Tensors under the names that torchvision, timm and open_clip load.
  case safetensors
  /// A network that `torch.jit.load` runs without this package.
  case torchscript

  /// The ending of its files.
  public var ending: String { self == .safetensors ? "safetensors" : "pt" }
}

extension NetworkFile {
  /// Writes the network for other programs, the file whole or not at all.
  ///
  /// Residual networks get torchvision's names, transformers timm's; CLIP's projection becomes `head`, as timm keeps
  /// it. `metadata` stands in the header of safetensors. Throws where a weight is not finite, or the file cannot be
  /// written.
  public func export(
    as format: NetworkExport, to url: URL, metadata: [String: String] = [:]
  ) throws(MVError) {
    switch format {
    case .safetensors:
      // What names and shapes do not tell, so that this package reads the same network again.
      let own = ["network": CanonicalJSON.text(architecture), "preprocessing": CanonicalJSON.text(preprocessing)]
      let texts = metadata.merging(own) { $1 }.merging(["format": "pt"]) { $1 }
      try TensorFile.write(try items(), metadata: texts, to: url)
    case .torchscript: try writeScript(to: url)
    }
  }

  /// The tensors as torchvision and timm have them.
  private func items() throws(MVError) -> [TensorFile.Item] {
    var bad: [String] = []
    for entry in architecture.layout {
      if let weight = weights[entry.name], try !weight.values().allSatisfy(\.isFinite) { bad.append(entry.name) }
    }
    try checkFinite(bad)
    // Eight bytes each, so that all that follow lie at multiples of four.
    var items = architecture.layout.filter { $0.name.hasSuffix(".running_var") }.map { entry in
      TensorFile.Item(name: entry.name.replacing(".running_var", with: ".num_batches_tracked"), counter: 0)
    }
    for entry in architecture.layout {
      guard let weight = weights[entry.name] else { continue }
      guard entry.name == "proj" else {
        items.append(
          TensorFile.Item(name: entry.name, shape: entry.shape) { () throws(MVError) in try weight.values() })
        continue
      }
      let (width, columns) = (entry.shape[0], entry.shape[1])
      items.append(
        TensorFile.Item(name: "head.weight", shape: [columns, width]) { () throws(MVError) in
          let values = try weight.values()
          return (0..<values.count).map { values[$0 % width * columns + $0 / width] }
        })
      items.append(
        TensorFile.Item(name: "head.bias", shape: [columns]) { () throws(MVError) in Array(repeating: 0, count: columns)
        })
    }
    return items
  }

  private func writeScript(to url: URL) throws(MVError) {
    let script = architecture.script
    let writer = try ScriptWriter(named: script.name)
    for item in try backbone(channelsLast: false).state { try writer.add(item) }
    try writer.define(script.source)
    _ = try AtomicFile.create(url.path, replacing: true) { (temporary, file) throws(MVError) in
      try file.truncate()
      try writer.save(to: URL(filePath: temporary), ScriptFacts(preprocessing: preprocessing))
    }
  }
}
