public import Foundation
public import MVCore
internal import MVFiles

/// A data set that can be downloaded: its official addresses, their MD5 sums, and the folder they unpack to.
public struct PublishedDataset: Hashable, Sendable {
  /// The name of the data set, which is also the kind of source that reads it, for example `cifar10`.
  public let name: String
  /// The archives to fetch; all are unpacked into one folder.
  public let files: [PublishedFile]
  /// The name of the top folder within the archives.
  public let folder: String

  /// Creates the description of a data set; see the properties.
  public init(name: String, files: [PublishedFile], folder: String) {
    self.name = name
    self.files = files
    self.folder = folder
  }

  /// Every data set that can be downloaded.
  public static let all: [PublishedDataset] = [
    PublishedDataset(
      name: "cifar10",
      files: [
        PublishedFile(
          "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", md5: "c32a1d4ab5d03f1284b67883e8d87530",
          size: 170_052_171)
      ], folder: "cifar-10-batches-bin"),
    PublishedDataset(
      name: "cifar100",
      files: [
        PublishedFile(
          "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz", md5: "03b5dce01913d631647c71ecec9e9cb8",
          size: 168_513_733)
      ], folder: "cifar-100-binary"),
    PublishedDataset(
      name: "stl10",
      files: [
        PublishedFile(
          "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz", md5: "91f7769df0f17e558f3565bffb0c7dfb",
          size: 2_640_397_119)
      ], folder: "stl10_binary"),
    PublishedDataset(
      name: "tiny-imagenet",
      files: [
        PublishedFile(
          "http://cs231n.stanford.edu/tiny-imagenet-200.zip", md5: "90528d7ca1a48142e341f4ef8d21d0de", size: 248_100_043
        )
      ], folder: "tiny-imagenet-200"),
    PublishedDataset(
      name: "voc07",
      files: [
        PublishedFile(
          "http://host.robots.ox.ac.uk/pascal/VOC/voc2007/VOCtrainval_06-Nov-2007.tar",
          md5: "c52e279531787c972589f7e41ab4ae64", size: 460_032_000),
        PublishedFile(
          "http://host.robots.ox.ac.uk/pascal/VOC/voc2007/VOCtest_06-Nov-2007.tar",
          md5: "b6e924de25625d8de591ea690078ad9f", size: 451_020_800),
      ], folder: "VOCdevkit"),
  ]

  /// Looks up a data set by name; throws a usage error that lists the known names.
  public init(named name: String) throws(MVError) {
    // CIFAR-20 is CIFAR-100 with its other labels.
    guard let found = Self.all.first(where: { $0.name == (name == "cifar20" ? "cifar100" : name) }) else {
      throw .usage(
        "data set \(name)", "cannot be downloaded",
        remedy: "those that can are \(Self.all.map(\.name).joined(separator: ", "))")
    }
    self = found
  }

  /// The same files at another address, such as that of a mirror: each is expected at `address/NAME`.
  public func mirrored(at address: String) -> PublishedDataset {
    let base = address.hasSuffix("/") ? String(address.dropLast()) : address
    return PublishedDataset(
      name: name, files: files.map { PublishedFile("\(base)/\($0.name)", md5: $0.md5, size: $0.size) }, folder: folder)
  }

  /// Fetches, verifies and unpacks the data set, and returns its folder inside `directory`.
  ///
  /// The folder appears only when it is whole; one that is there is left as it is. The archives are deleted afterwards,
  /// unless they shall be kept. `progress` tells of each file in turn; `cancellation` stops fetching and unpacking.
  /// Throws what ``Downloader/fetch(_:into:cancellation:progress:)`` does, and where an archive is damaged.
  public func download(
    to directory: URL, with downloader: Downloader = Downloader(), keepingArchives: Bool = false,
    cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) throws(MVError) -> URL {
    let target = try InnerPath.place(of: folder, in: directory, from: "the data set \(name)")
    guard SystemPath(target.path).status?.isFolder != true else { return target }
    try Unpacking.check(folder: folder, in: directory)
    for file in files { try downloader.check(file, in: directory) }
    let archives = try files.map { (file) throws(MVError) in
      try downloader.fetch(file, into: directory, cancellation: cancellation) {
        progress(DownloadProgress(file: file, bytes: $0))
      }
    }
    let unpacked = try Unpacking.unpack(archives, folder: folder, into: directory, cancellation)
    if !keepingArchives { for archive in archives { try? FileManager.default.removeItem(at: archive) } }
    return unpacked
  }
}
