import Foundation
import MVCore
import TestSupport
import Testing

/// `mvmr networks` and `mvmr export`, and what PyTorch, torchvision and timm make of what they write.
@Suite struct NetworkCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A Python with the programs that exports are for: `MVMR_PYTHON`, or `python3`; nil where neither has them.
  static let python: String? =
    [ProcessInfo.processInfo.environment["MVMR_PYTHON"], "python3"].compactMap { $0 }.first {
      (try? Tool.run(
        URL(filePath: "/usr/bin/env"), [$0, "-c", "import torch, torchvision, timm, safetensors"]))?.status == 0
    }

  private func mvmr(_ words: String) throws -> Tool.Outcome {
    try Tool.run(Tool.folder.appending(path: "mvmr"), words.split(separator: " ").map(String.init), in: folder.url)
  }

  private func fixture(_ name: String) -> String { Fixture.url("network-files/\(name)").path }

  private func run(_ script: String) throws -> Tool.Outcome {
    try Tool.run(URL(filePath: "/usr/bin/env"), [try #require(Self.python), "-c", script], in: folder.url)
  }

  @Test func theCatalogueIsListed() throws {
    let table = try mvmr("networks")
    #expect(table.status == 0 && table.output.contains("resnet50 ") && table.output.contains("dinov2-vits14"))
    let entry = try mvmr("networks DINOv2_vits14")
    #expect(entry.status == 0 && entry.output.contains("12 blocks, 384 columns, 6 heads"), "\(entry)")
    #expect(entry.output.contains("stage1...stage12 384"), "\(entry.output)")
    let wrong = try mvmr("networks resnet51")
    #expect(wrong.status == 64 && wrong.errors.contains("did you mean resnet"), "\(wrong.errors)")
    let none = try mvmr("networks none.pth")
    #expect(none.status == 66 && none.errors.contains("check the path"), "\(none.errors)")
  }

  @Test func aFileIsDescribed() throws {
    let run = try mvmr("networks \(fixture("moco.pth"))")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("residual network of 1-1-1-1 basic blocks") && run.output.contains("encoder_q"))
    #expect(run.output.contains("float16") && run.output.contains("encoder_k ("), "\(run.output)")
    #expect(run.errors.contains("note: state_dict.module.encoder_q was read"), "\(run.errors)")
    let json = try mvmr("networks \(fixture("hf_vit")) --json").json()
    #expect(json["parameters"] as? Int ?? 0 > 0 && json["classes"] as? Int == 3)
    #expect((json["file"] as? [String: Any])?["knows_input"] as? Bool == true)
  }

  @Test(arguments: [
    ("networks FILE/truncated.pth", 65), ("networks FILE/unknown.pth", 65), ("networks FILE/timm_mean.safetensors", 65),
    ("networks FILE/moco.pth --set part=none", 64), ("networks FILE/moco.pth --set nothing=1", 64),
    ("networks FILE/moco.pth --set part", 64), ("networks none/none.pth", 66), ("networks --set heads=2", 64),
    ("export FILE/not_finite.pth --output x.safetensors", 65), ("export FILE/moco.pth --output x.pt", 64),
    ("export FILE/moco.pth --format torchscript --output x.safetensors", 64),
    ("export FILE/moco.pth --output x.h5", 64),
    ("export FILE/moco.pth --output no/x.safetensors", 66), ("export none.pth --output x.safetensors", 66),
    ("export FILE/moco.pth --format onnx --output x.onnx", 64),
  ])
  func whatCannotBeIsOneLine(_ words: String, _ status: Int32) throws {
    let run = try mvmr(words.replacing("FILE", with: Fixture.url("network-files").path))
    #expect(run.status == status && run.output.isEmpty, "\(words): \(run.status) \(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1 && run.errors.hasPrefix("mvmr: "), "\(run.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func aRunIsExportedAndReadAgain() throws {
    let settings = "--set encoder=cifar-resnet --set widths=4-6-8 --set projector=8 --set batch_size=16 --set epochs=1"
    let features = try mvmr("extract synthetic:64 --representation hog --output a.h5")
    try #require(features.status == 0, "\(features.errors)")
    let train = try mvmr("train synthetic:64 --features a.h5 --output run \(settings) --set threads=1")
    try #require(train.status == 0, "\(train.errors)")
    let described = try mvmr("networks run --json").json()
    let file = try #require(described["file"] as? [String: Any])
    #expect(file["part"] as? String == "backbone")
    #expect((file["left_out"] as? [String])?.contains { $0.hasPrefix("projector") } == true, "\(file)")
    let made = try mvmr("export run --output encoder.safetensors --json")
    #expect(made.status == 0, "\(made.errors)")
    let again = try mvmr("export run --output encoder.safetensors")
    #expect(again.status == 64 && again.errors.contains("--overwrite"), "\(again.errors)")
    #expect(try mvmr("export run --output encoder.safetensors --overwrite").status == 0)
    #expect(try mvmr("networks encoder.safetensors --json").json()["architecture"] as? String != nil)
    // Beside the run where no place is given.
    #expect(try mvmr("export run --format torchscript").status == 0)
    #expect(FileManager.default.fileExists(atPath: folder.url.appending(path: "run/last.pt").path))
    // Its weights are read, and it is a program all the same.
    let script = try mvmr("networks run/last.pt")
    #expect(script.status == 0 && script.errors.contains("is TorchScript, which holds a program"), "\(script.errors)")
    #expect(try !mvmr("networks encoder.safetensors").errors.contains("TorchScript"))
  }

  @Test(.enabled(if: python != nil, "no Python with torch, torchvision, timm and safetensors"))
  func torchvisionAndTimmLoadExportsStrictly() throws {
    let made = try run(
      """
      import torch, torchvision, timm
      torch.manual_seed(1)
      torch.save({"encoder": {"backbone." + k: v for k, v in torchvision.models.resnet50(num_classes=7).state_dict().items()}},
                 "resnet50.pth")
      torch.save(timm.create_model("vit_tiny_patch16_224", num_classes=0).state_dict(), "vit.pth")
      """)
    try #require(made.status == 0, "\(made.errors)")
    for line in [
      "export resnet50.pth --output resnet50.safetensors", "export vit.pth --output vit.safetensors",
      "export resnet50.pth --format torchscript --output resnet50.pt",
      "export vit.pth --format torchscript --output vit.pt",
    ] {
      let exported = try mvmr(line)
      #expect(exported.status == 0, "\(line): \(exported.errors)")
    }
    let loaded = try run(
      """
      import torch, torchvision, timm
      from safetensors.torch import load_file
      own = torchvision.models.resnet50(num_classes=7)
      own.load_state_dict(load_file("resnet50.safetensors"), strict=True)
      whole = torch.load("resnet50.pth")["encoder"]
      for name, value in own.state_dict().items():
          assert torch.equal(value, whole["backbone." + name]), name
      x = torch.randn(2, 3, 224, 224)
      script, own = torch.jit.load("resnet50.pt"), own.eval()
      with torch.no_grad():
          logits = own(x)
          assert torch.allclose(script.logits(x), logits, rtol=1e-4, atol=1e-4 * logits.abs().max().item())
          own.fc = torch.nn.Identity()
          features = own(x)
          assert torch.allclose(script(x), features, rtol=1e-4, atol=1e-4 * features.abs().max().item())
          vit = timm.create_model("vit_tiny_patch16_224", num_classes=0).eval()
          vit.load_state_dict(load_file("vit.safetensors"), strict=True)
          features = vit(x)
          assert torch.allclose(torch.jit.load("vit.pt")(x), features, atol=1e-4 * features.abs().max().item())
      print("same")
      """)
    #expect(loaded.status == 0 && loaded.output.contains("same"), "\(loaded.errors)")
  }
}
