import Foundation
import TestSupport
import Testing

/// `--device` where there is no such device, and precisions that belong to one.
@Suite struct DeviceCommandTests {
  private static let hasCUDA = FileManager.default.fileExists(atPath: "/dev/nvidia0")
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let small = "--set encoder=cifar-resnet --set widths=4-4-4 --set projector= --set batch_size=8 --set epochs=1"
    let words = "synthetic:20 --output run --set validate_every=0 \(small)".split(separator: " ").map(String.init)
    let outcome = try Tool.run(Tool.folder.appending(path: "mvmr"), ["train"] + words, in: folder.url)
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  private func expect(_ words: String, _ command: String, at location: SourceLocation = #_sourceLocation) throws {
    let arguments = command.split(separator: " ").map(String.init)
    let outcome = try Tool.run(Tool.folder.appending(path: "mvmr"), arguments, in: folder.url)
    let lines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("mvmr: ") }
    #expect(outcome.status == 64 && outcome.output.isEmpty, "\(command): \(outcome.errors)", sourceLocation: location)
    #expect(lines.count == 1 && lines[0].contains(words), "\(command): \(outcome.errors)", sourceLocation: location)
  }

  /// The images are not there either: the device is looked for before they are.
  @Test(.enabled(if: !Self.hasCUDA)) func aDeviceThatIsNotThereIsNamedBeforeTheWork() throws {
    for device in ["cuda", "cuda:3"] {
      let words = "setting device=\(device): is not possible: libtorch "
      try expect(words, "train folder:none --size 32x32 --output a --device \(device)")
      try expect(words, "train folder:none --size 32x32 --output a --set device=\(device)")
      try expect(words, "train folder:none --size 32x32 --find-batch --device \(device)")
      try expect(words, "embed run folder:none --output a.h5 --device \(device)")
      try expect(words, "evaluate run folder:none --output a --device \(device)")
      try expect(words, "finetune run synthetic:20 --output a --device \(device)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "a").path))
  }

  @Test func otherWordsAreNoDevice() throws {
    for command in ["train synthetic:20 --output a", "embed run --output a.h5", "finetune run synthetic:20 --output a"]
    {
      try expect("--device gpu: is no device; give cpu, cuda, or cuda:N", "\(command) --device gpu")
    }
    try expect("device", "train synthetic:20 --output a --set device=cuda:-1")
  }

  @Test func float16IsForDevices() throws {
    let words = "setting precision=float16: is for CUDA"
    try expect(words, "train synthetic:20 --output a --set precision=float16")
    try expect(words, "finetune run synthetic:20 --output a --set precision=float16")
  }

  /// A run may go on where another device is, or none.
  @Test func aRunKeepsNoDevice() throws {
    let arguments = "train --resume --output run --set epochs=2 --device cpu --set deterministic=false"
    let outcome = try Tool.run(
      Tool.folder.appending(path: "mvmr"), arguments.split(separator: " ").map(String.init), in: folder.url)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }
}
