internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVFiles

extension Command {
  /// `mvmr manual`: the pages that `man` shows.
  static let manual = Command(
    "manual", summary: "Write the pages that man shows, one a command, into a folder",
    discussion: """
      Packages install them; by hand:
        mvmr manual --output ~/.local/share/man/man1
        man mvmr-extract
      """,
    arguments: [
      .option("output", "DIR", "the folder, which is made where it is not there", required: true, output: .folder)
    ]
  ) { (arguments) throws(MVError) in
    let folder = URL(filePath: try arguments.required("output"))
    let pages = try Mvmr.description().manualPages
    try AtomicFile.check(pages.map(\.name), in: folder)
    try Folder.create(folder)
    for page in pages { try AtomicFile.write(page.text, to: folder.appending(path: page.name), followsLinks: false) }
    try Terminal.result("\(pages.count) pages are in \(folder.path)")
  }
}
