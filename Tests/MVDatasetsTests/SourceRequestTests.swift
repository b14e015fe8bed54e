import Foundation
import MVCore
import MVDatasets
import MVFiles
import MVImaging
import TestSupport
import Testing

/// The source of images as a value: read from text and JSON, found again, opened in one place.
struct SourceRequestTests {
  private func text(_ request: SourceRequest) -> String { CanonicalJSON.text(request) }

  private func request(_ json: String) -> SourceRequest? { CanonicalJSON.value(SourceRequest.self, from: json) }

  @Test func partsAreReadAndWrittenAsPeopleWriteThem() throws {
    for (text, kind, place) in [
      ("synthetic", "synthetic", []), ("synthetic:40", "synthetic", ["40"]), ("cifar10:a/b", "cifar10", ["a/b"]),
      ("npy:/x.npy,y.npy", "npy", ["/x.npy", "y.npy"]), ("folder:a,b:c", "folder", ["a,b:c"]),
      ("imagenet100:in,list.txt", "imagenet100", ["in", "list.txt"]), ("imagenet:in", "imagenet", ["in"]),
    ] {
      let request = try SourceRequest(parsing: text)
      #expect(request.kind == kind && request.place == place && request.description == text)
      #expect(request.paths.count == (kind == "synthetic" ? 0 : place.count))
      #expect(request.paths.allSatisfy { $0.hasPrefix("/") })
    }
    for wrong in ["cifar10", "cifar10:", "npy:", "npy:a,b,c", "imagenet:,list.txt", "mnist:x", ""] {
      let error = #expect(throws: MVError.self, "\(wrong)") { try SourceRequest(parsing: wrong) }
      #expect(error?.kind == .usage && error?.remedy.isEmpty == false, "\(wrong)")
    }
  }

  @Test func aFolderMayHaveACommaInItsName() throws {
    let folder = try TemporaryFolder()
    let place = folder.url.appending(path: "a,b").path
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    #expect(try SourceRequest(parsing: "imagenet:\(place)").place == [place])
    #expect(try SourceRequest(parsing: "imagenet:\(place),c.txt").place == [place, "c.txt"])
  }

  @Test func foldersOfSplitsTablesOfLabelsAndListsAreParts() throws {
    for (text, place, splits) in [
      ("folder:train=a/b,test=c,d", ["a/b", "c,d"], ["train", "test"]), ("folder:a,b.csv", ["a", "b.csv"], []),
      ("folder:a/x=b", ["a/x=b"], []), ("files:list.txt", ["list.txt"], []), ("files:l.csv,dir", ["l.csv", "dir"], []),
    ] {
      let read = try SourceRequest(parsing: text)
      #expect(read.place == place && read.splitNames == splits && read.description == text, "\(text)")
      #expect(read.paths.count == place.count)
      #expect(request(self.text(read)) == read)
    }
    var asked = try SourceRequest(parsing: "folder:a")
    asked.layout = .classes
    asked.limit = 5
    #expect(text(asked).contains(#""layout":"classes","limit":5"#) && request(text(asked)) == asked)
    for wrong in ["folder:train=", "folder:=a", "folder:train=a,test="] {
      #expect(throws: MVError.self, "\(wrong)") { try SourceRequest(parsing: wrong).open() }
    }
    var other = try SourceRequest(parsing: "synthetic:40")
    other.layout = .flat
    let error = #expect(throws: MVError.self) { try other.open() }
    #expect(error?.kind == .usage)
  }

  /// As the system does: the folder above is that of the folder that a link leads to.
  @Test func foldersAboveLinksAreThoseOfTheirTargets() throws {
    let layout = try LayoutFolder()
    try layout.put(color: (9, 9, 9), "real/other/a/1.png")
    try layout.put(color: (9, 9, 9), "other/a/1.png")
    try layout.put(color: (9, 9, 9), "other/a/2.png")
    try layout.put("", "real/deep/x")
    try layout.link("lnk", to: "real/deep")
    let asked = try SourceRequest(parsing: "folder:\(layout.url.path)/lnk/../other")
    #expect(asked.paths.first?.hasSuffix("/real/other") == true)
    #expect(try asked.open().splits.map(\.count) == [1])
  }

  @Test func jsonHoldsWhatDiffersAndComesBack() throws {
    var asked = try SourceRequest(parsing: "synthetic:40")
    #expect(text(asked) == #"{"kind":"synthetic","place":["40"]}"#)
    #expect(request(text(asked)) == asked)
    asked.size = ImageSize(height: 24, width: 32)
    asked.decoding.honorsOrientation = true
    asked.joinedSplits = ["train+test"]
    asked.normalization = .cifar
    #expect(
      text(asked)
        == #"{"crop":"center","exif_orientation":true,"joined_splits":["train+test"],"kind":"synthetic","#
        + #""normalization":"cifar","place":["40"],"size":{"height":24,"width":32}}"#)
    #expect(request(text(asked)) == asked)
  }

  @Test func unknownKeysArePassedOverAndUnknownValuesAreNot() {
    let known = request(#"{"kind":"folder","place":["x"],"paths":["/x"]}"#)
    #expect(known != nil && request(#"{"kind":"folder","place":["x"],"paths":["/x"],"turn":{"by":90}}"#) == known)
    #expect(request(#"{"kind":"folder"}"#)?.place == [])
    for wrong in [
      #"{"place":["x"]}"#, #"{"kind":3}"#, #"{"kind":"folder","place":"x"}"#, #"{"kind":"folder","crop":"left"}"#,
      #"{"kind":"folder","normalization":"stl"}"#, #"{"kind":"folder","size":{"height":0,"width":8}}"#,
      #"{"kind":"folder","size":{"height":99999999,"width":8}}"#,
    ] { #expect(request(wrong) == nil, "\(wrong)") }
  }

  /// A request from a file may be of a kind to come, or name nothing.
  @Test func aRequestThatCannotBeOpenedSaysSo() throws {
    for (json, part) in [
      (#"{"kind":"mnist","place":["x"]}"#, "no known kind"), (#"{"kind":"folder"}"#, "lacks"),
      (#"{"kind":"folder","place":["a","b","c"]}"#, "DIR"), (#"{"kind":"synthetic","place":["many"]}"#, "number"),
    ] {
      let asked = try #require(request(json))
      let error = #expect(throws: MVError.self, "\(json)") { try asked.open() }
      #expect(error?.kind == .usage && error?.problem.contains(part) == true, "\(json): \(String(describing: error))")
    }
  }

  /// A size may come from a file that a stranger made.
  @Test func imagesAreNotMadeLargerThanTheyMayBe() throws {
    var request = try SourceRequest(parsing: "synthetic:40")
    for (height, width) in [(32768, 32768), (1 << 20, 200), (1 << 40, 1 << 40)] {
      request.size = ImageSize(height: height, width: width)
      let error = #expect(throws: MVError.self) { try request.open() }
      #expect(error?.subject == "size \(height)x\(width)" && error?.remedy.contains("--max-pixels") == true)
    }
    request.size = ImageSize(height: 64, width: 64)
    #expect(throws: Never.self) { try request.open() }
    request.decoding.pixelLimit = 4095
    #expect(throws: MVError.self) { try request.open() }
  }

  /// Size, then joined splits, then normalization: as the wrappers by hand, and with the fingerprint of version 0.1.
  @Test func everythingIsHungOnInOnePlace() throws {
    var asked = try SourceRequest(parsing: "npy:\(Fixture.url("images/rgb32.npy").path)")
    asked.size = ImageSize(height: 20, width: 24)
    asked.normalization = .imagenet
    let plain = try SourceRequest(parsing: asked.description).open()
    let source = try asked.open()
    #expect(source.contents.fingerprint == plain.contents.fingerprint + " size 20x24 normalised imagenet")
    #expect(source.contents.request == asked)
    let split = try source.split("all")
    #expect(split.shape == ImageShape(height: 20, width: 24, channels: 3) && split.hasFloatPixels)
    let byHand = try NormalizedSource(
      ResizedSource(plain, framing: Framing(ImageSize(height: 20, width: 24))), by: .imagenet)
    #expect(try source.images(1..<3, of: split) == byHand.images(1..<3, of: split))
    #expect(byHand.contents == source.contents, "the wrappers keep the request in step")

    var joined = try SourceRequest(parsing: "synthetic:40")
    joined.joinedSplits = ["test+train"]
    joined.normalization = .cifar
    joined.size = ImageSize(height: 16, width: 16)
    let both = try joined.open()
    #expect(both.contents.fingerprint == "synthetic-1 seed 0 count 40 size 16x16 normalised cifar")
    #expect(both.splits.map(\.name) == ["train", "test", "test+train"] && both.splits[2].count == 50)
    #expect(both.splits.allSatisfy(\.hasFloatPixels) && both.contents.request == joined)
    joined.joinedSplits = ["train+dev"]
    #expect(throws: MVError.self) { try joined.open() }
  }

  /// What no request can say is not said wrongly.
  @Test func wrappersThatARequestCannotSayLoseIt() throws {
    let base = try SourceRequest(parsing: "synthetic:40").open()
    #expect(try Synthetic(count: 40).contents.request == nil)
    let resized = ResizedSource(base, framing: Framing(ImageSize(height: 20, width: 20)))
    #expect(resized.contents.request?.size == ImageSize(height: 20, width: 20))
    #expect(ResizedSource(resized, framing: Framing(ImageSize(height: 24, width: 24))).contents.request == nil)
    let normalized = try NormalizedSource(base, by: .cifar)
    #expect(normalized.contents.request?.normalization == .cifar)
    #expect(ResizedSource(normalized, framing: Framing(ImageSize(height: 24, width: 24))).contents.request == nil)
    #expect(try NormalizedSource(base, by: .none).contents.request == nil)
    #expect(try JoinedSplits(normalized, joining: "train+test").contents.request?.joinedSplits == ["train+test"])
  }

  @Test func fingerprintsOfNormalizedImagesAreKnown() throws {
    let base = try SourceRequest(parsing: "synthetic:40").open()
    let normalized = try NormalizedSource(base, by: .cifar).contents.fingerprint
    #expect(base.contents.fingerprint(normalizedBy: .cifar) == normalized)
    #expect(base.contents.hasImages(of: normalized) && base.contents.hasImages(of: base.contents.fingerprint))
    #expect(try !SourceRequest(parsing: "synthetic:44").open().contents.hasImages(of: normalized))
  }

  @Test func candidatesAreThePlacesWhereItMayBeNow() throws {
    let here = FileManager.default.currentDirectoryPath
    let asked = try #require(request(#"{"kind":"folder","place":["images"],"paths":["/old/images"]}"#))
    #expect(
      asked.candidates(near: "/data").map(\.paths) == [["/old/images"], ["\(here)/images"], ["/data/images"]])
    #expect(asked.candidates(near: "/data").map(\.place) == [["/old/images"], ["images"], ["/data/images"]])
    #expect(asked.candidates(near: "/old").count == 2 && asked.candidates(near: here).count == 2)
    let absolute = try SourceRequest(parsing: "folder:/old/images")
    #expect(absolute.candidates(near: "/data") == [absolute])
    let drawn = try SourceRequest(parsing: "synthetic:40")
    #expect(drawn.candidates(near: "/data") == [drawn])
  }
}
