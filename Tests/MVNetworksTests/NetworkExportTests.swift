import CTorch
import Foundation
import MVCore
import MVFiles
import MVImaging
import MVWeights
import TestSupport
import Testing

@testable import MVNetworks

/// What is written for other programs gives the same features, and can be read again.
@Suite struct NetworkExportTests {
  private static let paths = NetworkFileTests.expected.keys.sorted()

  private func images(_ side: Int) throws -> Tensor {
    let array = try Fixture.array("network-files/images-\(side)")
    return try Tensor(array.values(as: Float.self), shape: array.shape)
  }

  /// The one tensor that a script gives.
  private static func forward(_ script: ScriptModule, _ images: Tensor) throws -> Tensor {
    guard case .tensor(let rows) = try script.output(of: images, during: "a script") else {
      throw MVError.badData("a script", "gives something else than one tensor")
    }
    return rows
  }

  @Test(arguments: paths) func aScriptGivesTheSameFeatures(_ path: String) throws {
    let expected = try #require(NetworkFileTests.expected[path])
    let file = try NetworkFileTests.file(path)
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "exported.pt")
    try file.export(as: .torchscript, to: url)
    let own = try Self.forward(ScriptModule(contentsOf: url), images(expected.side)).values()
    let theirs = try Fixture.floats("network-files/\(expected.golden)")
    let error = largestDifference(own, theirs) / (theirs.map(abs).max() ?? 0)
    #expect(error < 1e-4, "\(error)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["exported.pt"])
  }

  @Test(arguments: paths) func exportedTensorsAreReadAgain(_ path: String) throws {
    let file = try NetworkFileTests.file(path)
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "exported.safetensors")
    try file.export(as: .safetensors, to: url, metadata: ["source": path])
    let written = try WeightFile(contentsOf: url)
    #expect(written.facts["format"] == "pt" && written.facts["source"] == path)
    for (name, weight) in file.weights where name != "proj" {
      let again = try #require(written.tensors[name], "\(name)")
      #expect(again.shape == weight.shape && again.element == .float32)
      #expect(try again.floats() == weight.values())
    }
    let counters = written.tensors.filter { $0.value.element == .int64 }
    #expect(counters.count == file.weights.keys.filter { $0.hasSuffix("running_var") }.count)
    #expect(counters.allSatisfy { $0.key.hasSuffix("num_batches_tracked") && $0.value.shape.isEmpty })
    guard let projection = file.weights["proj"] else {
      #expect(written.tensors.count == file.weights.count + counters.count)
      return
    }
    let head = try #require(written.tensors["head.weight"])
    #expect(head.shape == projection.shape.reversed())
    let (rows, columns) = (projection.shape[0], projection.shape[1])
    let (values, swapped) = (try projection.values(), try head.floats())
    for row in 0..<rows {
      for column in 0..<columns { #expect(values[row * columns + column] == swapped[column * rows + row]) }
    }
    #expect(try written.tensors["head.bias"]?.floats() == Array(repeating: 0, count: columns))
  }

  @Test(arguments: paths) func aScriptSaysHowItsImagesArePrepared(_ path: String) throws {
    let file = try NetworkFileTests.file(path)
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "exported.pt")
    try file.export(as: .torchscript, to: url)
    #expect(try ScriptFacts(in: url)?.preprocessing == file.preprocessing)
    #expect(ScriptModule.isScript(at: url))
  }

  @Test func whatAStrangerWroteOfImagesIsCompared() throws {
    #expect(try ScriptFacts(in: Fixture.url("teacher/tiny.pt")) == nil)
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "strange.pt")
    func write(_ name: String, _ text: String) throws {
      var script: OpaquePointer?
      try check(mvt_script_create("Strange", &script), during: "a script")
      defer { mvt_script_free(script) }
      try check(
        mvt_script_define(script, "def forward(self, images: Tensor) -> Tensor:\n  return images\n"), during: "a script"
      )
      try check(mvt_script_save(script, url.path, name, text), during: "a script")
    }
    let good = CanonicalJSON.text(ScriptFacts(preprocessing: .imagenet(32)))
    try write(ScriptFacts.name, good)
    #expect(try ScriptFacts(in: url)?.preprocessing == .imagenet(32))
    try write("other.json", good)
    #expect(try ScriptFacts(in: url) == nil)
    for bad in [
      "", "{}", good.replacing("\"height\":32", with: "\"height\":-1"),
      good.replacing("\"deviation\":[", with: "\"deviation\":[0,"), String(repeating: " ", count: 1 << 17) + good,
    ] {
      try write(ScriptFacts.name, bad)
      let error = try #require(failure { _ = try ScriptFacts(in: url) }, "\(bad.prefix(200))")
      #expect(error.kind == .badData && error.subject == url.path && error.problem.contains("mvmr.json"), "\(error)")
    }
  }

  @Test(arguments: NetworkExport.allCases) func valuesThatAreNotFiniteAreNotWritten(_ format: NetworkExport) throws {
    let file = try NetworkFileTests.file("not_finite.pth")
    let folder = try TemporaryFolder()
    let error = failure { try file.export(as: format, to: folder.url.appending(path: "x.\(format.ending)")) }
    #expect(error?.problem.contains("not finite") == true, "\(String(describing: error))")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func aTransformersScriptSaysWhichImagesItTakes() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "exported.pt")
    try NetworkFileTests.file("torchvision_vit.pth").export(as: .torchscript, to: url)
    let script = try ScriptModule(contentsOf: url)
    let error = failure { _ = try script.output(of: images(32), during: "script") }
    #expect(error != nil)
  }

  @Test func outputsOfAnArchitectureAreThoseOfItsNetwork() throws {
    for path in Self.paths {
      let architecture = try NetworkFileTests.file(path).architecture
      let network = try architecture.backbone(seed: nil)
      #expect(architecture.outputs.map(\.output) == network.outputs)
      for (output, columns) in architecture.outputs { #expect(network.columns(of: output) == columns) }
    }
  }
}
