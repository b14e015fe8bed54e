import CGuarded
import COpenCV
import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

@Suite(.serialized) struct CodingTests {
  @Test func pngKeepsEveryPixel() throws {
    let image = try Fixture.images("images/rgb45x37")[1]
    let decoded = try Image(decoding: try image.pngData(), name: "memory")
    #expect(decoded == image)
  }

  @Test func grayBecomesThreeEqualChannels() throws {
    let gray = Image(shape: ImageShape(height: 2, width: 3, channels: 1), pixels: .uint8([0, 50, 100, 150, 200, 250]))
    let decoded = try Image(decoding: try gray.pngData(), name: "memory")
    #expect(decoded.pixels == .uint8([0, 50, 100, 150, 200, 250].flatMap { [$0, $0, $0] }))
  }

  @Test func cutFilesAreRefused() throws {
    let folder = try TemporaryFolder()
    let png = try Fixture.images("images/rgb96")[0].pngData()
    let url = folder.url.appending(path: "cut.png")
    for length in [0, 3, 20, png.count / 2] {
      try png.prefix(length).write(to: url)
      let error = #expect(throws: MVError.self) { try Image(contentsOf: url) }
      #expect(error?.kind == .badData && error?.subject == url.path, "\(length) bytes")
    }
  }

  @Test(.enabled(if: RealData.url("imagenette224") != nil, "needs real photographs"))
  func cutJPEGsAreRefused() throws {
    let folder = try #require(RealData.url("imagenette224/val"))
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    let jpegs = files.map { $0.compactMap { $0 as? URL } } ?? []
    for url in jpegs.filter({ $0.pathExtension == "JPEG" || $0.pathExtension == "jpg" }).prefix(20) {
      let bytes = try Data(contentsOf: url)
      _ = try Image(decoding: bytes, name: url.path)
      #expect(throws: MVError.self) { try Image(decoding: bytes.prefix(bytes.count / 2), name: url.path) }
    }
  }

  @Test func missingFileIsMissingInput() {
    let error = #expect(throws: MVError.self) { try Image(contentsOf: URL(filePath: "/nowhere/a.png")) }
    #expect(error?.kind == .missingInput)
  }

  @Test func everyKindOfExceptionBecomesAStatus() {
    #expect(mvcv_provoke(0) == GuardedLibraryError)
    #expect(String(cString: guarded_last_message()).contains("provoked"))
    #expect(mvcv_provoke(1) == GuardedOutOfMemory)
    #expect(mvcv_provoke(2) == GuardedStandardException)
    #expect(mvcv_provoke(3) == GuardedUnknownException)
  }

  @Test func nothingIsLeaked() throws {
    let png = try Fixture.images("images/rgb32")[0].pngData()
    let before = Imaging.liveHandles
    for _ in 0..<50 {
      _ = try Image(decoding: png, name: "memory").pngData()
      _ = try? Image(decoding: png.prefix(40), name: "memory")
    }
    #expect(Imaging.liveHandles == before)
  }
}
