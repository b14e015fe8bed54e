import Foundation
import TestSupport
import Testing

/// Small containers and chroots have no `/proc`, where Swift itself reads the words of a command line.
@Suite struct NoProcTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Runs shell `words` with an empty folder in the place of `/proc`.
  private static func run(_ words: String, in directory: URL) throws -> Tool.Outcome {
    let hidden = "mount -t tmpfs none /proc && cd \"$0\" && PATH=\"$1:$PATH\" && \(words)"
    return try Tool.run(
      URL(filePath: "/usr/bin/env"), ["unshare", "-m", "sh", "-c", hidden, directory.path, Tool.folder.path])
  }

  /// Mounting needs rights that not every machine gives its tests.
  private static let isPossible = (try? run("test ! -e /proc/self", in: URL(filePath: "/")))?.status == 0

  @Test(.enabled(if: isPossible)) func commandsDoWhatTheyAreAsked() throws {
    let run = try Self.run("mvmr extract synthetic:20 --representation hog --output 'a file.h5'", in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let file = folder.url.appending(path: "a file.h5")
    let inspected = try Self.run("mvmr inspect 'a file.h5' --json", in: folder.url)
    #expect(try inspected.json()["complete"] as? Bool == true && FileManager.default.fileExists(atPath: file.path))
    #expect(inspected.output.contains("mvmr extract synthetic:20 --representation hog"), "the words are remembered")
  }

  @Test(.enabled(if: isPossible)) func wrongWordsAndOtherProgramsAreFound() throws {
    #expect(try Self.run("mvmr nonsense", in: folder.url).status == 64)
    let completions = try Self.run("mvmr completions bash", in: folder.url)
    #expect(completions.output.contains("complete -F _mvmr mvmr"))
    #expect(completions.errors.isEmpty, "\(completions.errors)")
    // In another program, which is found beside this one, by a link and by the search of the shell.
    try FileManager.default.createSymbolicLink(
      at: folder.url.appending(path: "linked"), withDestinationURL: Tool.folder.appending(path: "mvmr"))
    for command in ["mvmr networks", "./linked networks"] {
      let run = try Self.run(command, in: folder.url)
      #expect(run.status == 0 && run.output.contains("resnet18"), "\(command): \(run.errors)")
    }
  }
}
