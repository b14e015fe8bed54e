import MVCore
import MVDatasets
import Testing

struct SyntheticTests {
  @Test func imagesAreAFunctionOfSeedSplitAndRow() throws {
    let source = try Synthetic(count: 40)
    let train = try source.split("train")
    let all = try source.images(0..<40, of: train)
    #expect(try source.images(7..<19, of: train) == all[7..<19])
    #expect(try Synthetic(count: 100).images(0..<40, of: train) == all, "a larger set begins with the smaller")
    #expect(try Synthetic(count: 40, seed: 1).images(0..<40, of: train) != all)
    #expect(try source.images(0..<10, of: try source.split("test")) != all[0..<10])
  }

  @Test func classesTakeTurns() throws {
    let source = try Synthetic(count: 25)
    #expect(source.contents.classNames.count == 10 && Set(source.contents.classNames).count == 10)
    #expect(try source.split("train").labels == .single((0..<25).map { Int64($0 % 10) }))
  }

  @Test func drawsAtAnySize() throws {
    let source = try Synthetic(count: 20, size: ImageSize(height: 96, width: 64))
    #expect(try source.images(0..<2, of: source.splits[0]).shape == ImageShape(height: 96, width: 64, channels: 3))
    #expect(throws: MVError.self) { try Synthetic(count: 20, size: ImageSize(height: 8, width: 8)) }
    #expect(throws: MVError.self) { try Synthetic(count: 5) }
  }

  @Test func sourcesAreReadAsWritten() throws {
    #expect(try SourceRequest(parsing: "synthetic").open().splits[0].count == 2000)
    #expect(try SourceRequest(parsing: "synthetic:50").open().splits[0].count == 50)
    for (text, kind) in [
      ("cifra10:x", MVError.Kind.usage), ("cifar10", .usage), ("/", .usage), ("synthetic:many", .usage),
    ] {
      let error = #expect(throws: MVError.self, "\(text)") { try SourceRequest(parsing: text).open() }
      #expect(error?.kind == kind && error?.remedy.isEmpty == false)
    }
    let missing = #expect(throws: MVError.self) { try SourceRequest(parsing: "cifar10:/nowhere").open() }
    #expect(missing?.kind == .missingInput)
  }
}
