import CInterface
import Foundation
import MVCore
import MVDatasets
import MVExtraction
import MVRepresentations
import MVStore
import TestSupport
import Testing

/// Rows and descriptions through the interface are those of the representations themselves.
struct RepresentationCallTests {
  static let specifications =
    Catalogue.standard.entries.map(\.name) + ["hog:cell_size=4,norm=l1", "lbp:grid=3", "scattering:J=3,sketch=100"]

  /// Images of bytes, of floats in 0...1, and gray ones.
  static func batches() throws -> [ImageBatch] {
    let colors = try Fixture.images("images/rgb32")
    guard case .uint8(let bytes) = colors.pixels else { return [] }
    let gray = ImageShape(height: 32, width: 32, channels: 1)
    return [
      colors,
      ImageBatch(count: colors.count, shape: colors.shape, pixels: .float32(bytes.map { Float($0) / 255 })),
      ImageBatch(
        count: colors.count, shape: gray, pixels: .uint8(stride(from: 0, to: bytes.count, by: 3).map { bytes[$0] })),
    ]
  }

  @Test(arguments: specifications) func rowsAreTheSameBits(_ text: String) throws {
    let handle = try Handle.representation(text)
    let representation = try RepresentationSpecification(parsing: text).make()
    for batch in try Self.batches() {
      if case .float32 = batch.pixels, !type(of: representation).takesFloatPixels {
        #expect(throws: CallFailure.self) { try rows(handle, batch) }
        continue
      }
      let layout = try representation.layout(for: batch.shape)
      var expected = [Float](repeating: 0, count: batch.count * layout.count)
      var span = expected.mutableSpan
      try representation.compute(batch, into: &span)
      for threads in [Int32(0), 1, 3] {
        let own = try rows(handle, batch, threads: threads)
        #expect(own.map(\.bitPattern) == expected.map(\.bitPattern), "\(text), \(batch.shape), \(threads) threads")
      }
    }
  }

  @Test(arguments: specifications) func layoutsAreThoseOfTheRepresentations(_ text: String) throws {
    let handle = try Handle.representation(text)
    let layout = try RepresentationSpecification(parsing: text).make()
      .layout(for: ImageShape(height: 48, width: 64, channels: 3))
    let own = try json { mvmr_representation_layout(handle.pointer, 48, 64, 3, $0) }
    #expect(own["shape"] as? [Int] == layout.shape)
    #expect(own["axes"] as? [String] == layout.axes)
    #expect(own["labels"] as? [String: [String]] == layout.labels)
    #expect(own["columns"] as? Int == layout.count)
  }

  @Test func theCatalogueHasEverySettingWithItsRange() throws {
    let document = try json { mvmr_catalogue($0) }
    let entries = try #require(document["representations"] as? [[String: Any]])
    #expect(entries.compactMap { $0["name"] as? String } == Catalogue.standard.entries.map(\.name))
    for (entry, own) in zip(Catalogue.standard.entries, entries) {
      #expect(own["class"] as? String == entry.typeName)
      for key in ["summary", "description", "reference"] {
        #expect((own[key] as? String)?.isEmpty == false, "\(entry.name) says no \(key)")
      }
      let settings = try #require(own["settings"] as? [[String: Any]])
      #expect(settings.compactMap { $0["name"] as? String } == entry.settings.map(\.name))
      for (row, setting) in zip(entry.settings, settings) {
        let kind = try #require(setting["type"] as? String)
        #expect(["int", "float", "bool", "choice"].contains(kind), "\(entry.name) \(row.name) is of type \(kind)")
        #expect(setting["accepts"] as? String == row.accepts)
        // The default, given as JSON, is taken.
        let value = try JSONSerialization.data(
          withJSONObject: [row.name: try #require(setting["default"])], options: [.sortedKeys])
        _ = try Handle(mvmr_representation_free) {
          mvmr_representation_create_with(entry.name, String(decoding: value, as: UTF8.self), $0)
        }
        // What lies beside the range is not.
        if kind == "int", let most = setting["maximum"] as? Int {
          var none: OpaquePointer?
          let status = mvmr_representation_create_with(entry.name, "{\"\(row.name)\": \(most + 1)}", &none)
          #expect(status == MVMR_INVALID_ARGUMENT && none == nil)
        }
      }
    }
    #expect((document["shared_settings"] as? [[String: Any]])?.count == Catalogue.sharedSettings.count)
  }

  @Test func rowsAreThoseOfAnExtraction() throws {
    let folder = try TemporaryFolder()
    let output = folder.url.appending(path: "features.h5")
    let options = """
      {"source": "synthetic:40", "output": "\(output.path)", "representations": ["hog", "color", "scattering"]}
      """
    let extraction = try Handle(mvmr_extraction_free) { mvmr_extraction_create(options, $0) }
    let summary = try json { mvmr_extraction_run(extraction.pointer, nil, nil, $0) }
    #expect(summary["rows"] as? Int == 50 && summary["output"] as? String == output.path)
    let source = try SourceRequest(parsing: "synthetic:40").open()
    let split = try #require(source.splits.first { $0.name == "train" })
    let images = try source.images(0..<split.count, of: split)
    let train = try FeatureFile(reading: output)["train"]
    for name in ["hog", "color", "scattering"] {
      #expect(try rows(Handle.representation(name), images) == train.features(name).matrix.values, "\(name)")
    }
  }

  @Test func aBadPixelIsNamedByItsImage() throws {
    let colors = try Self.batches()[1]
    guard case .float32(var values) = colors.pixels else { return }
    values[3 * colors.shape.count + 5] = .nan
    let batch = ImageBatch(count: colors.count, shape: colors.shape, pixels: .float32(values))
    for name in ["hog", "scattering", "color", "augment", "pixels"] {
      let failure = #expect(throws: CallFailure.self) { try rows(Handle.representation(name), batch, threads: 1) }
      #expect(failure?.status == MVMR_BAD_DATA)
      #expect(mvmr_last_error_row() == 3, "\(failure?.message ?? "")")
    }
  }

  @Test func rowsWithGapsKeepWhatLiesBetween() throws {
    let batch = try Self.batches()[0]
    let handle = try Handle.representation("hog")
    let expected = try rows(handle, batch)
    var spread = [Float](repeating: -1, count: batch.count * 330)
    let room = Int64(spread.count)
    try withPixels(of: batch) { data in
      var given = images(data, batch)
      try ok(mvmr_representation_compute(handle.pointer, &given, &spread, 330, room, 2))
    }
    for row in 0..<batch.count {
      #expect(Array(spread[row * 330..<row * 330 + 324]) == Array(expected[row * 324..<(row + 1) * 324]))
      #expect(spread[row * 330 + 324..<(row + 1) * 330].allSatisfy { $0 == -1 })
    }
  }
}
