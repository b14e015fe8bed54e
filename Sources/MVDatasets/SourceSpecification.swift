internal import Foundation
public import MVCore
public import MVImaging

/// A source as people write it: `KIND:WHERE`, for example `cifar10:data/cifar` or `synthetic:2000`.
public struct SourceSpecification: Hashable, Sendable, CustomStringConvertible {
  /// One kind of source, for help and documentation.
  public struct Kind: Sendable {
    /// What stands before the colon.
    public let name: String
    /// What stands after it.
    public let argument: String
    /// One line: what is read.
    public let summary: String
    let open: @Sendable (String, ImageSize?, Decoding) throws(MVError) -> any ImageSource
  }

  /// The kind, one of ``kinds``.
  public let kind: String
  /// What stands after the colon.
  public let argument: String

  /// `kind:argument`.
  public var description: String { argument.isEmpty ? kind : "\(kind):\(argument)" }

  /// Reads `KIND:WHERE`; throws a usage error that lists the kinds.
  public init(parsing text: String) throws(MVError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let kind = Self.kinds.first(where: { $0.name == parts[0] }) else {
      let isPath = FileManager.default.fileExists(atPath: text)
      throw .usage(
        "source \(text)", isPath ? "lacks its kind" : "is of no known kind",
        remedy: isPath
          ? "write folder:\(text)" : "the kinds are \(Self.kinds.map { "\($0.name):" }.joined(separator: " "))")
    }
    let argument = parts.count == 2 ? parts[1] : ""
    guard !argument.isEmpty || kind.argument.hasPrefix("[") else {
      throw .usage("source \(text)", "lacks what comes after the colon", remedy: "write \(kind.name):\(kind.argument)")
    }
    self.kind = kind.name
    self.argument = argument
  }

  /// Opens the source; with a `size`, images are brought to it where the kind allows.
  public func open(size: ImageSize? = nil, decoding: Decoding = Decoding()) throws(MVError) -> any ImageSource {
    guard let kind = Self.kinds.first(where: { $0.name == kind }) else { throw .usage("source \(self)", "is unknown") }
    return try kind.open(argument, size, decoding)
  }

  /// Every kind of source.
  public static let kinds: [Kind] = [
    Kind(
      name: "cifar10", argument: "DIR", summary: "CIFAR-10, binary or Python version, folder or .tar.gz",
      open: { (argument, size, _) throws(MVError) in
        try CIFAR10(directory: URL(filePath: argument)).resized(to: size)
      }),
    Kind(
      name: "cifar100", argument: "DIR", summary: "CIFAR-100 with its 100 fine labels, binary or Python version",
      open: { (argument, size, _) throws(MVError) in
        try CIFAR100(directory: URL(filePath: argument)).resized(to: size)
      }),
    Kind(
      name: "cifar20", argument: "DIR", summary: "CIFAR-100 with its 20 coarse labels",
      open: { (argument, size, _) throws(MVError) in
        try CIFAR100(directory: URL(filePath: argument), labels: .coarse).resized(to: size)
      }),
    Kind(
      name: "stl10", argument: "DIR", summary: "STL-10, binary version: train_X.bin, test_X.bin, unlabeled_X.bin",
      open: { (argument, size, _) throws(MVError) in try STL10(directory: URL(filePath: argument)).resized(to: size) }),
    Kind(
      name: "tiny-imagenet", argument: "DIR", summary: "Tiny ImageNet, original layout: wnids.txt, train, val",
      open: { (argument, size, decoding) throws(MVError) in
        try TinyImageNet(directory: URL(filePath: argument), size: size, decoding: decoding)
      }),
    imageNet(classes: nil), imageNet(classes: 50), imageNet(classes: 100), imageNet(classes: 200),
    Kind(
      name: "voc07", argument: "DIR", summary: "Pascal VOC 2007, several classes an image: trainval and test",
      open: { (argument, size, decoding) throws(MVError) in
        try VOC07(directory: URL(filePath: argument), size: size, decoding: decoding)
      }),
    Kind(
      name: "folder", argument: "DIR", summary: "image files in class folders, with or without split folders",
      open: { (argument, size, decoding) throws(MVError) in
        try ImageFolder(directory: URL(filePath: argument), size: size, decoding: decoding)
      }),
    Kind(
      name: "npy", argument: "FILE[,LABELS]", summary: "a NumPy array of images, uint8 or float32, and one of labels",
      open: { (argument, size, _) throws(MVError) in
        let files = argument.split(separator: ",").map { URL(filePath: String($0)) }
        guard let images = files.first, files.count <= 2 else {
          throw .usage("source npy:\(argument)", "is not one or two files", remedy: "write npy:IMAGES.npy,LABELS.npy")
        }
        return try NumPyImages(file: images, labels: files.count == 2 ? files[1] : nil).resized(to: size)
      }),
    Kind(
      name: "synthetic", argument: "[N]", summary: "built in: N drawn images of ten classes to train on, N/4 to test",
      open: { (argument, size, _) throws(MVError) in
        guard let count = argument.isEmpty ? 2000 : Int(argument) else {
          throw .usage("source synthetic:\(argument)", "is not a number of images", remedy: "write synthetic:2000")
        }
        return try Synthetic(count: count, size: size ?? ImageSize(height: 32, width: 32))
      }),
  ]

  /// `imagenet`, or a subset of so many classes; a comma separates the folder from the list of classes.
  private static func imageNet(classes count: Int?) -> Kind {
    Kind(
      name: "imagenet\(count.map { "\($0)" } ?? "")", argument: "DIR[,CLASSES.txt]",
      summary: count.map { "\($0) classes of it, which CLASSES.txt lists, one WordNet id a line" }
        ?? "ImageNet, class folders in train and val; all classes, or those that a file lists",
      open: { (argument, size, decoding) throws(MVError) in
        // A folder may have a comma in its name.
        let parts = FileManager.default.fileExists(atPath: argument) ? [argument] : Self.splitAtLastComma(argument)
        return try ImageNet(
          directory: URL(filePath: parts[0]), classes: parts.count == 2 ? URL(filePath: parts[1]) : nil, count: count,
          size: size, decoding: decoding)
      })
  }

  private static func splitAtLastComma(_ text: String) -> [String] {
    guard let comma = text.lastIndex(of: ",") else { return [text] }
    return [String(text[..<comma]), String(text[text.index(after: comma)...])]
  }
}

extension ImageSource {
  /// This source with its images brought to `size`, or as it is without one.
  fileprivate func resized(to size: ImageSize?) -> any ImageSource {
    size.map { ResizedSource(self, size: $0) } ?? self
  }
}
