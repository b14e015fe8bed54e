import Foundation
import MVCore
import MVDatasets
import TestSupport
import Testing

/// What a folder of images is understood as.
struct FolderLayoutTests {
  private let layout: LayoutFolder

  init() throws { layout = try LayoutFolder() }

  private func put(_ paths: String...) throws { for path in paths { try layout.put(color: (9, 9, 9), path) } }

  private func splits(_ source: ImageFolder) -> [String] {
    source.splits.map { "\($0.name) \($0.count)" }
  }

  @Test(arguments: [
    (["Train", "Test"], ["train", "test"]), (["training", "testing"], ["train", "test"]),
    (["TRAIN", "valid"], ["train", "valid"]), (["train", "dev"], ["train", "val"]),
    (["train", "Validation", "test"], ["train", "validation", "test"]), (["Train", "train"], ["train", "Train"]),
  ])
  func splitsGoByManyNames(folders: [String], names: [String]) throws {
    for folder in folders { try put("\(folder)/a/1.png", "\(folder)/b/1.png") }
    let source = try ImageFolder(directory: layout.url)
    #expect(source.splits.map(\.name) == names && source.contents.classNames == ["a", "b"])
    #expect(source.contents.notices.contains { $0.contains("read as the splits") && $0.contains("--layout") })
  }

  @Test func aClassMayBeCalledTrain() throws {
    try put("bus/1.png", "plane/1.png", "train/1.png", "train/2.png")
    let source = try ImageFolder(directory: layout.url)
    #expect(splits(source) == ["all 4"] && source.contents.classNames == ["bus", "plane", "train"])
    let said = try ImageFolder(directory: layout.url, layout: .splits)
    #expect(splits(said) == ["train 2", "bus 1", "plane 1"] && said.contents.classNames.isEmpty)
    #expect(splits(try ImageFolder(directory: layout.url, layout: .flat)) == ["all 4"])
  }

  /// A folder beside the one split is left out, and said, only where it cannot be a class as that one.
  @Test func aSplitAloneHoldsClasses() throws {
    try put("train/a/1.png", "train/b/1.png", "masks/1.png", "masks/2.png")
    let source = try ImageFolder(directory: layout.url)
    #expect(splits(source) == ["train 2"] && source.contents.classNames == ["a", "b"])
    #expect(
      source.contents.notices.contains("not splits, left out: masks; if all folders are classes, give --layout classes")
    )
    #expect(try ImageFolder(directory: layout.url, layout: .classes).contents.classNames == ["masks", "train"])
  }

  @Test func aLevelTooHighIsLookedInto() throws {
    try put("images/train/a/1.png", "images/train/b/1.png", "images/val/a/1.png", "images/val/b/1.png")
    try layout.put("{}", "annotations/a.json")
    let source = try ImageFolder(directory: layout.url)
    #expect(splits(source) == ["train 2", "val 2"] && source.contents.classNames == ["a", "b"])
    #expect(source.splits[0].ids == ["images/train/a/1.png", "images/train/b/1.png"])
    #expect(source.contents.notices.first?.contains("in images/") == true)
    let one = try LayoutFolder()
    try one.put(color: (1, 2, 3), "cats/1.png")
    #expect(try ImageFolder(directory: one.url).contents.classNames == ["cats"])
  }

  @Test func aTestSplitMayLackLabels() throws {
    try put("train/a/1.png", "train/b/1.png", "test/1.png", "test/2.png")
    try FileManager.default.createDirectory(
      at: layout.url.appending(path: "val"), withIntermediateDirectories: true)
    let source = try ImageFolder(directory: layout.url)
    #expect(splits(source) == ["train 2", "test 2"] && source.splits[1].labels == .single([-1, -1]))
    #expect(source.contents.notices.contains("split folders without images: val"))
  }

  @Test func eachSplitMayBeAFolderOfItsOwn() throws {
    try put("x/a/1.png", "x/b/1.png", "y/b/2.png")
    let there = layout.url.path
    let source = try SourceRequest(parsing: "folder:train=\(there)/x,test=\(there)/y").open()
    #expect(source.splits.map(\.name) == ["train", "test"] && source.contents.classNames == ["a", "b"])
    #expect(source.splits[1].ids == ["test/b/2.png"] && source.splits[1].labels == .single([1]))
    #expect(try source.images(0..<1, of: source.splits[1]).count == 1)
    #expect(
      failure { _ = try SourceRequest(parsing: "folder:train=\(there)/x,test=\(there)/no").open() }?.kind
        == .missingInput)
  }

  @Test func archivesAreReadAsFolders() throws {
    try put("Train/a/1.png", "Train/b/1.png", "Test/a/1.png")
    let source = try ImageFolder(directory: try layout.pack("Train", "Test", into: "photos.tar.gz"))
    #expect(splits(source) == ["train 2", "test 1"] && source.splits[0].ids[0] == "Train/a/1.png")
    #expect(try source.images(0..<2, of: source.splits[0]).count == 2)
  }

  // MARK: Labels from tables and lists

  @Test(arguments: [
    "filename,label\ntrain/1.png,dog\ntest/2.png,cat\n", "id;class\r\ntrain/1;dog\r\ntest/2;cat\r\n",
    "train/1.png,dog\ntest/2.png,cat", "label\tpath\ndog\ttrain/1.png\ncat\ttest/2.png\n",
    "file,split,label\n\"train/1.png\",train,\"dog\"\ntest/2.png,TEST,cat\n",
  ])
  func tablesNameFilesAndClasses(table: String) throws {
    try put("train/1.png", "test/2.png", "train/3.png")
    try layout.put(table, "labels.csv")
    let source = try SourceRequest(parsing: "folder:\(layout.url.path),\(layout.url.path)/labels.csv").open()
    #expect(source.splits.map(\.name) == ["train", "test"] && source.contents.classNames == ["cat", "dog"])
    #expect(source.splits.map(\.labels) == [.single([1]), .single([0])])
    #expect(source.splits[0].ids == ["train/1.png"])
    #expect(source.contents.notices.contains { $0.hasPrefix("1 images that") && $0.contains("does not name") })
  }

  /// What systems and programs put beside images is no class, and neither is a folder without images.
  @Test func foldersThatHoldNothingOfOnesOwnAreNoClasses() throws {
    try put("cat/1.png", "dog/2.png", "dog/.thumbs/2.png", "@eaDir/3.png", ".git/4.png", "__MACOSX/cat/5.png")
    try FileManager.default.createDirectory(
      at: layout.url.appending(path: "bird"), withIntermediateDirectories: true)
    let source = try ImageFolder(directory: layout.url)
    #expect(source.contents.classNames == ["cat", "dog"] && source.splits[0].count == 2)
    let notices = source.contents.notices
    #expect(notices.contains { $0.contains("2 classes (cat, dog)") })
    #expect(notices.contains("all: class folder bird holds no images"))
    #expect(notices.contains("hidden and system folders left out: .git, @eaDir, __MACOSX, dog/.thumbs"), "\(notices)")
    let archive = try ImageFolder(directory: try layout.pack("cat", "dog", "@eaDir", "__MACOSX", into: "d.zip.tar"))
    #expect(archive.contents.classNames == ["cat", "dog"])
  }

  @Test func dataSetsOfAnotherLayoutAreNamed() throws {
    try put("train/n01/images/1.png", "val/images/2.png")
    try layout.put("n01\n", "wnids.txt")
    let source = try ImageFolder(directory: layout.url)
    #expect(source.contents.notices.contains { $0.contains("tiny-imagenet:\(layout.url.path)") })
    let other = try LayoutFolder()
    try other.put("x", "train_X.bin")
    #expect(failure { _ = try ImageFolder(directory: other.url) }?.remedy.contains("stl10:") == true)
  }

  @Test func numbersAsClassesAreSortedBySize() throws {
    try put("a.png", "b.png", "c.png")
    try layout.put("a.png,10\nb.png,9\nc.png,\nd.png,9\n", "labels.csv")
    let source = try ImageFolder(directory: layout.url, labels: layout.url.appending(path: "labels.csv"))
    #expect(source.contents.classNames == ["9", "10"] && source.splits[0].labels == .single([1, 0, -1]))
    #expect(source.contents.notices.contains { $0.hasPrefix("1 of 4 images") && $0.contains("d.png") })
  }

  @Test func labelsThatChangeChangeTheFingerprint() throws {
    try put("a.png", "b.png")
    let table = layout.url.appending(path: "labels.csv")
    try layout.put("a.png,x\nb.png,y\n", "labels.csv")
    let before = try ImageFolder(directory: layout.url, labels: table).contents.fingerprint
    try layout.put("a.png,y\nb.png,x\n", "labels.csv")
    #expect(try ImageFolder(directory: layout.url, labels: table).contents.fingerprint != before)
  }

  @Test func damagedTablesAreNamed() throws {
    try put("a.png")
    for (table, problem) in [
      ("a.png,x\na.png,y\n", "labels.csv:2"), ("a.png,\"x\n", "labels.csv:1"), ("", "labels.csv"),
      ("a.png,x\n,y\n", "labels.csv:2"), ("z.png,x\n", "labels.csv"),
    ] {
      try layout.put(table, "labels.csv")
      let error = failure {
        _ = try ImageFolder(directory: layout.url, labels: layout.url.appending(path: "labels.csv"))
      }
      #expect(
        error?.kind == .badData && error?.subject.hasSuffix(problem) == true, "\(table): \(String(describing: error))")
    }
  }

  @Test func listsNameFilesAnywhere() throws {
    try put("pool/one.png", "pool/two, and a half.png", "else/three.png")
    let list = layout.url.appending(path: "pool/list.txt")
    try Data("one.png\tx\r\ntwo, and a half.png\ty\r\n\(layout.url.path)/else/three.png\n".utf8).write(to: list)
    let source = try SourceRequest(parsing: "files:\(list.path)").open()
    #expect(source.splits.map(\.count) == [3] && source.splits[0].labels == .single([0, 1, -1]))
    #expect(try source.images(0..<3, of: source.splits[0]).count == 3)
    try layout.put("one.png\nno.png\n", "other.txt")
    let other = try SourceRequest(parsing: "files:\(layout.url.path)/other.txt,\(layout.url.path)/pool").open()
    #expect(other.splits[0].count == 2 && other.contents.notices.contains { $0.contains("no.png") })
    #expect(failure { _ = try other.images(1..<2, of: other.splits[0]) }?.kind == .missingInput)
  }
}
