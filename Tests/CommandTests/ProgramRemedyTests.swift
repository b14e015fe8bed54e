import Foundation
import TestSupport
import Testing

/// What a command says of TorchScript where it wants weights names what that command has.
struct ProgramRemedyTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["program.bin", "program.pt"] {
      try FileManager.default.copyItem(at: Fixture.url("teacher/tiny.pt"), to: folder.url.appending(path: name))
    }
  }

  private func mvmr(_ line: String) throws -> Tool.Outcome {
    try Tool.run(Tool.folder.appending(path: "mvmr"), line.split(separator: " ").map(String.init), in: folder.url)
  }

  private func options(of command: String) throws -> String { try mvmr("\(command) --help").output }

  @Test(arguments: [
    ("train synthetic:40 --teacher program.bin --set batch_size=8 --output out", "let its name end in .pt"),
    ("sweep synthetic:40 --teacher program.bin --set batch_size=8 --output out", "let its name end in .pt"),
    ("embed program.bin synthetic:40 --output out.h5", "let its name end in .pt, or give --torchscript"),
    ("evaluate program.bin synthetic:40 --output out", "let its name end in .pt, or give --torchscript"),
    ("train synthetic:40 --init program.bin --output out", "give its weights"),
    ("train synthetic:40 --init program.pt --output out", "give its weights"),
    ("train synthetic:40 --init program.bin --config builtin:small --output out", "give its weights"),
    ("finetune program.bin synthetic:40 --output out", "give its weights"),
    ("finetune program.pt synthetic:40 --output out", "give its weights"),
    ("train synthetic:40 --init program.bin --network heads --output out", "write for example --network heads=6"),
    ("networks program.bin --set heads", "write for example --set heads=6"),
  ]) func aRemedyIsOneOfTheCommand(_ line: String, _ remedy: String) throws {
    let run = try mvmr(line)
    let last = run.errors.split(separator: "\n").last ?? ""
    #expect(run.status == 64 && last.contains(remedy), "\(line): \(run.status) \(run.errors)")
    let help = try options(of: String(line.prefix { $0 != " " }))
    let named = last.matches(of: /--[a-z][a-z-]*/).map { String($0.output) }
    for option in named { #expect(help.contains(option), "\(option) is no option of \(line)") }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == ["program.bin", "program.pt"])
  }

  @Test func theRemedyWorks() throws {
    let embed = try mvmr("embed program.bin synthetic:40 --torchscript --output out.h5")
    #expect(embed.status == 0, "\(embed.errors)")
    let small = "--set encoder=cifar-resnet --set widths=4-6-8 --set projector=8 --set batch_size=8 --set epochs=1"
    let train = try mvmr("train synthetic:40 --teacher program.pt --output out \(small)")
    #expect(train.status == 0, "\(train.errors)")
  }
}
