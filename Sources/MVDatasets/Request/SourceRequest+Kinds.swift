internal import Foundation
internal import MVCore
internal import MVImaging

extension SourceRequest {
  /// One kind of source, for help and documentation.
  public struct Kind: Sendable {
    /// What stands before the colon.
    public let name: String
    /// One line: what is read.
    public let summary: String
    let form: SourceForm
    /// Whether its images are files of their own, which are decoded.
    var holdsImageFiles = true
    /// Whether folders in its folder mean something, whatever they are called.
    var readsFolders = false
    /// Opens what a request that has been checked names, its images brought to the size it asks for.
    let open: @Sendable (SourceRequest) throws(MVError) -> any ImageSource

    /// What stands after the colon.
    public var argument: String { form.text }
  }

  /// Every kind of source.
  public static let kinds: [Kind] = [
    Kind(
      name: "cifar10", summary: "CIFAR-10, binary or Python version, folder or .tar.gz", form: .folder,
      holdsImageFiles: false,
      open: { request throws(MVError) in try CIFAR10(directory: request.folder).framed(request.framing) }),
    Kind(
      name: "cifar100", summary: "CIFAR-100 with its 100 fine labels, binary or Python version", form: .folder,
      holdsImageFiles: false,
      open: { request throws(MVError) in try CIFAR100(directory: request.folder).framed(request.framing) }),
    Kind(
      name: "cifar20", summary: "CIFAR-100 with its 20 coarse labels", form: .folder, holdsImageFiles: false,
      open: { request throws(MVError) in
        try CIFAR100(directory: request.folder, labels: .coarse).framed(request.framing)
      }),
    Kind(
      name: "stl10", summary: "STL-10, binary version: train_X.bin, test_X.bin, unlabeled_X.bin", form: .folder,
      holdsImageFiles: false,
      open: { request throws(MVError) in try STL10(directory: request.folder).framed(request.framing) }),
    Kind(
      name: "tiny-imagenet", summary: "Tiny ImageNet, original layout: wnids.txt, train, val", form: .folder,
      open: { request throws(MVError) in
        try TinyImageNet(directory: request.folder, framing: request.framing, decoding: request.decoding)
      }),
    imageNet(classes: nil), imageNet(classes: 50), imageNet(classes: 100), imageNet(classes: 200),
    Kind(
      name: "voc07", summary: "Pascal VOC 2007, several classes an image: trainval and test", form: .folder,
      open: { request throws(MVError) in
        try VOC07(directory: request.folder, framing: request.framing, decoding: request.decoding)
      }),
    Kind(
      name: "folder",
      summary: "image files in class folders, with or without split folders; classes from a table; a folder a split",
      form: .folders, readsFolders: true, open: { request throws(MVError) in try request.imageFolder() }),
    Kind(
      name: "files", summary: "the image files that a list names, .csv or one a line, with classes where it says so",
      form: .list,
      open: { request throws(MVError) in
        try ListedImages(
          list: request.folder, directory: request.second, framing: request.framing, decoding: request.decoding)
      }),
    Kind(
      name: "npy", summary: "a NumPy array of images, uint8 or float32, and one of labels", form: .arrays,
      holdsImageFiles: false,
      open: { request throws(MVError) in
        try NumPyImages(file: request.folder, labels: request.second).framed(request.framing)
      }),
    Kind(
      name: "synthetic", summary: "built in: N drawn images of ten classes to train on, N/4 to test", form: .count,
      holdsImageFiles: false,
      open: { request throws(MVError) in
        guard let count = request.place.isEmpty ? 2000 : Int(request.place[0]) else {
          throw .usage("source \(request)", "is not a number of images", remedy: "write synthetic:2000")
        }
        return try Synthetic(count: count, size: request.size ?? ImageSize(height: 32, width: 32))
      }),
  ]

  /// A folder of images, or one for each split.
  private func imageFolder() throws(MVError) -> ImageFolder {
    guard splitNames.isEmpty else {
      return try ImageFolder(
        splits: zip(splitNames, place).map { ($0, Self.url($1)) }, framing: framing, decoding: decoding)
    }
    return try ImageFolder(directory: folder, layout: layout, labels: second, framing: framing, decoding: decoding)
  }

  /// `imagenet`, or a subset of so many classes.
  private static func imageNet(classes count: Int?) -> Kind {
    Kind(
      name: "imagenet\(count.map { "\($0)" } ?? "")",
      summary: count.map { "\($0) classes of it, which CLASSES.txt lists, one WordNet id a line" }
        ?? "ImageNet, class folders in train and val; all classes, or those that a file lists",
      form: .folderAndList, readsFolders: true,
      open: { request throws(MVError) in
        try ImageNet(
          directory: request.folder, classes: request.second, count: count, framing: request.framing,
          decoding: request.decoding)
      })
  }
}

extension ImageSource {
  /// This source with its images brought to one size, or as it is without a framing.
  fileprivate func framed(_ framing: Framing?) -> any ImageSource {
    framing.map { ResizedSource(self, framing: $0) } ?? self
  }
}
