import Foundation
import MVCore
import MVDatasets
import TestSupport
import Testing

struct ImageNetTests {
  private let layout: LayoutFolder

  init() throws {
    layout = try LayoutFolder()
    for split in ["train", "val"] {
      for name in ["n03", "n01", "n10", "n02"] {
        try layout.put(color: (1, 2, 3), "\(split)/\(name)/\(name)_1.JPEG")
      }
    }
  }

  private func list(_ text: String) throws -> URL {
    try layout.put(text, "lists/classes.txt")
    return layout.url.appending(path: "lists/classes.txt")
  }

  @Test func classesAreSortedAsTorchvisionSorts() throws {
    let source = try ImageNet(directory: layout.url)
    #expect(source.contents.name == "imagenet" && source.contents.classNames == ["n01", "n02", "n03", "n10"])
    #expect(source.splits.map(\.name) == ["train", "val"])
    #expect(source.splits[1].ids[3] == "val/n10/n10_1.JPEG" && source.splits[1].labels == .single([0, 1, 2, 3]))
  }

  @Test func aListChoosesClasses() throws {
    let file = try list("# my subset\r\nn10 goldfish\r\nn02,newt\r\n")
    let source = try ImageNet(directory: layout.url, classes: file, count: 2)
    #expect(source.contents.name == "imagenet2" && source.contents.classNames == ["n02", "n10"])
    #expect(source.splits[0].ids == ["train/n02/n02_1.JPEG", "train/n10/n10_1.JPEG"])
    #expect(source.splits[0].labels == .single([0, 1]))
    let specification = try SourceRequest(parsing: "imagenet:\(layout.url.path),\(file.path)")
    #expect(try specification.open().contents.classNames == ["n02", "n10"])
    for count in [50, 100, 200] {
      let text = "imagenet\(count):\(layout.url.path),\(file.path)"
      let error = failure { _ = try SourceRequest(parsing: text).open() }
      #expect(error?.problem == "names 2 classes, not \(count)")
      let without = failure { _ = try SourceRequest(parsing: "imagenet\(count):\(layout.url.path)").open() }
      #expect(without?.remedy.contains("CLASSES.txt") == true)
    }
  }

  @Test func badListsAreNamed() throws {
    func open(_ text: String) throws -> MVError? {
      let file = try list(text)
      return failure { _ = try ImageNet(directory: layout.url, classes: file) }
    }
    #expect(try open("n01\nn01\n")?.subject.hasSuffix("classes.txt:2") == true)
    #expect(try open("n01\nn99\n")?.problem.contains("n99") == true)
    #expect(try open("# none\n")?.problem == "names no class")
    let missing = failure {
      _ = try ImageNet(directory: layout.url, classes: layout.url.appending(path: "no.txt"))
    }
    #expect(missing?.kind == .missingInput && missing?.subject.hasSuffix("no.txt") == true)
  }

  @Test func valWithoutClassFoldersIsRefused() throws {
    try FileManager.default.removeItem(at: layout.url.appending(path: "val"))
    try layout.put(color: (1, 2, 3), "val/ILSVRC2012_val_00000001.JPEG")
    let error = failure { _ = try ImageNet(directory: layout.url) }
    #expect(error?.kind == .badData && error?.problem == "lies in no class folder")
  }
}
