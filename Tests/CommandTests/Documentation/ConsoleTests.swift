import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

/// Runs every `mvmr` line in a ```console fence of the documentation, in order, in a folder with what the pages name.
struct ConsoleTests {
  @Test(arguments: Page.all) func commandsRun(_ page: Page) throws {
    let commands = page.fences("console").flatMap { $0.split(separator: "\n") }.filter { $0.hasPrefix("mvmr ") }
    guard !commands.isEmpty else { return }
    let folder = try TemporaryFolder()
    try Fixture.images("images/rgb96")[0].writePNG(to: folder.url.appending(path: "photo.png"))
    for name in ["train", "test"] {
      for label in ["round", "square"] {
        let place = folder.url.appending(path: "images/\(name)/\(label)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let images = try Fixture.images("images/rgb32")
        for index in 0..<images.count { try images[index].writePNG(to: place.appending(path: "\(label)\(index).png")) }
      }
    }
    try FileManager.default.copyItem(
      at: Fixture.url("teacher/tiny.pt"), to: folder.url.appending(path: "teacher.pt"))
    for command in commands {
      let words = command.split(separator: " ").dropFirst()
      let arguments = words.prefix { $0 != "#" }.map(String.init)
      let run = try Tool.run(Tool.folder.appending(path: "mvmr"), arguments, in: folder.url)
      #expect(run.status == 0, "\(page): \(command)\n\(run.errors)")
    }
  }

  @Test func trainingPageListsEverySetting() throws {
    let page = try #require(Page.all.first { $0.name.hasSuffix("Training.md") })
    let run = try Tool.run(Tool.folder.appending(path: "mvmr"), ["train", "--settings", "--markdown"])
    let tables = run.output.split(separator: "\n\n")
    #expect(tables.count == 2)
    for table in tables {
      #expect(
        page.text.contains(table.trimmingCharacters(in: .newlines)),
        "\(page) differs from `mvmr train --settings --markdown`: put this there\n\(table)")
    }
  }

  @Test func finetuningPageListsEverySetting() throws {
    let page = try #require(Page.all.first { $0.name.hasSuffix("Finetuning.md") })
    let table = try Tool.mvmr("finetune", "--settings", "--markdown").output.trimmingCharacters(in: .newlines)
    #expect(
      page.text.contains(table), "\(page) differs from `mvmr finetune --settings --markdown`: put this there\n\(table)")
  }

  @Test func cataloguePageIsThatOfTheCatalogue() throws {
    let page = try #require(Page.all.first { $0.name.hasSuffix("Representations.md") })
    let tables = try Tool.mvmr("representations", "--markdown").output.split(separator: "\n\n")
    #expect(tables.count == 2)
    for table in tables {
      #expect(
        page.text.contains(table.trimmingCharacters(in: .newlines)),
        "\(page) differs from `mvmr representations --markdown`: put this there\n\(table)")
    }
    let names = try Tool.mvmr("representations", "--json").output
    let entries = try JSONDecoder().decode([[String: String]].self, from: Data(names.utf8)).compactMap { $0["name"] }
    for name in entries {
      #expect(page.text.contains("\n## \(name)\n"), "\(name) has no section")
      #expect(page.text.contains("(Pictures/\(name).png)"), "\(name) has no picture")
    }
  }
}
