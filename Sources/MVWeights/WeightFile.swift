public import Foundation
public import MVCore
internal import MVFiles

/// The tensors of a network's file, by name: safetensors, or what PyTorch's `torch.save` writes.
///
/// Nothing in the file is executed. Of a pickle, tensors, collections, numbers and texts are taken; a file that refers
/// to anything else is refused by that name. A nested dictionary's names are joined by dots, as
/// `state_dict.conv1.weight`.
///
/// ```swift
/// let file = try WeightFile(contentsOf: URL(filePath: "resnet50.pth"))
/// print(file.format, file.tensors["conv1.weight"]?.shape ?? [])
/// ```
public struct WeightFile: Sendable {
  /// How a file of weights is laid out.
  public enum Format: String, Sendable {
    case safetensors
    /// The zip archive of `torch.save` since PyTorch 1.6.
    case pytorch
    /// What `torch.save` wrote before that.
    case pytorchLegacy = "pytorch-legacy"
  }

  /// The file it was read from.
  public let url: URL
  /// How it is laid out.
  public let format: Format
  /// The tensors, by name.
  public let tensors: [String: WeightTensor]
  /// The numbers and texts beside them, by name.
  public let facts: [String: String]

  /// Reads the file's directory; the values are read when they are asked for, where the format allows it.
  ///
  /// Throws where the file is missing, is of no known format, is damaged or cut off, or asks for code to be run.
  public init(contentsOf url: URL) throws(MVError) {
    self.url = url
    let data = try WholeFile.mapped(url, remedy: "check the path of the weights")
    let contents: WeightContents
    // First: the length that a safetensors file begins with may look like the beginning of the others.
    if data.count > 8, data[data.startIndex + 8] == UInt8(ascii: "{") {
      format = .safetensors
      contents = try SafeTensorsFile.read(data, path: url.path)
    } else if data.starts(with: [0x50, 0x4B]) {
      format = .pytorch
      contents = try TorchArchive.read(url)
    } else if data.starts(with: [0x80]) {
      format = .pytorchLegacy
      contents = try LegacyTorchFile.read(data, path: url.path)
    } else {
      throw .badData(
        url.path, "is no file of weights: neither safetensors nor of PyTorch's torch.save",
        remedy: "save the network's state_dict by torch.save or safetensors.torch.save_file")
    }
    tensors = contents.tensors
    facts = contents.facts
  }
}

/// What a file of weights holds.
struct WeightContents {
  var tensors: [String: WeightTensor] = [:]
  var facts: [String: String] = [:]
}
