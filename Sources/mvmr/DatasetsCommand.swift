internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVDownload

extension Command {
  /// `mvmr datasets`: the kinds of source, what one source holds, or the download of a data set.
  static let datasets = Command(
    "datasets", summary: "List the kinds of source, say what one SOURCE holds, or download a data set",
    discussion: """
      Data sets that can be downloaded: \(PublishedDataset.all.map(\.name).joined(separator: ", ")). A download that was
      stopped goes on where it stood; what arrives is compared with the official MD5 sum and then unpacked.
      Archives (.tar.gz, .tar, .zip) of CIFAR, STL-10, Tiny ImageNet, VOC and folders of images are read in place too.

      folder:DIR holds split folders with class folders in them, or class folders, or images: what it was read as is said
      in a note, and --layout says it otherwise. folder:DIR,LABELS.csv takes classes from a table of files and classes;
      folder:train=DIR,test=DIR names a folder for each split; files:LIST takes the files that a list names.

      Examples:
        mvmr datasets list
        mvmr datasets info cifar10:data/cifar-10-batches-bin
        mvmr datasets info cifar100:cifar-100-binary.tar.gz
        mvmr datasets info folder:photos --layout classes
        mvmr datasets info folder:train=photos/good,test=photos/new
        mvmr datasets info imagenet100:data/imagenet,lists/imagenet100.txt --size 224x224
        mvmr datasets download voc07 --to data
      """,
    arguments: [
      .positional("ACTION", "list, info or download", required: false, takes: .words(["list", "info", "download"])),
      .positional(
        "NAME", "info: the SOURCE to look into; download: the data set", required: false,
        takes: .either(.words(PublishedDataset.all.map(\.name)), .source)),
      .option("to", "DIR", "download: the folder to put it in", output: .folder),
      .option("from", "URL", "download: the address of a folder that holds the same files, such as a mirror"),
      .flag("keep-archives", "download: do not delete what was unpacked"), .flag("json", "print JSON"),
    ] + SourceArguments.options
  ) { (arguments) throws(MVError) in
    let action = arguments["ACTION"] ?? "list"
    let name = arguments["NAME"]
    switch (action, name) {
    case ("list", nil): try list(arguments)
    case ("info", let source?): try describe(source, arguments)
    case ("info", nil): throw .usage("datasets info", "lacks the source", remedy: "write mvmr datasets info SOURCE")
    case ("download", let name?): try download(name, arguments)
    case ("download", nil):
      throw .usage("datasets download", "lacks the name", remedy: "write mvmr datasets download cifar10 --to DIR")
    case (_, nil): try describe(action, arguments)
    default: throw .usage("datasets \(action)", "is not an action", remedy: "they are list, info, download")
    }
  }

  private static func list(_ arguments: ParsedArguments) throws(MVError) {
    if arguments.has("json") {
      try Terminal.printJSON(
        SourceRequest.kinds.map { ["kind": $0.name, "argument": $0.argument, "summary": $0.summary] })
      return
    }
    var table = TextTable("source", "what it reads")
    for kind in SourceRequest.kinds { table.add("\(kind.name):\(kind.argument)", kind.summary) }
    try Terminal.result(table.text)
  }

  private static func describe(_ text: String, _ arguments: ParsedArguments) throws(MVError) {
    let contents = try SourceArguments.open(text, arguments).contents
    if arguments.has("json") {
      try Terminal.printJSON(SourceSummary(contents))
      return
    }
    var table = TextTable("split", "images", "size", "labelled")
    for split in contents.splits {
      table.add(split.name, "\(split.count)", "\(split.shape)", "\(split.labeledCount)")
    }
    try Terminal.result(table.text)
    if !contents.classNames.isEmpty {
      try Terminal.line("\(contents.classNames.count) classes: \(contents.classNames.joined(separator: ", "))")
    }
  }

  private static func download(_ name: String, _ arguments: ParsedArguments) throws(MVError) {
    guard let folder = arguments["to"] else {
      throw .usage("datasets download", "lacks --to DIR", remedy: "name the folder to put it in")
    }
    var dataset = try PublishedDataset(named: name)
    if let address = arguments["from"] { dataset = dataset.mirrored(at: address) }
    let place = try Job("download", unit: "bytes").run { (job) throws(MVError) in
      try dataset.download(
        to: URL(filePath: folder), keepingArchives: arguments.has("keep-archives"), cancellation: job.cancellation
      ) { job.show($0.bytes, detail: $0.file.name) }
    }
    let source = "\(name):\(place.path)"
    if arguments.has("json") {
      try Terminal.printJSON(["source": source])
    } else {
      try Terminal.result("\(source)")
    }
  }
}

/// What `mvmr datasets info SOURCE --json` prints.
private struct SourceSummary: Encodable {
  struct Split: Encodable {
    let name: String
    let images: Int
    let labeled: Int
    let height: Int
    let width: Int
    let channels: Int
  }
  let dataset: String
  let location: String
  let fingerprint: String
  let classes: [String]
  let splits: [Split]
  let notices: [String]

  init(_ contents: SourceContents) {
    dataset = contents.name
    location = contents.location
    fingerprint = contents.fingerprint
    classes = contents.classNames
    notices = contents.notices
    splits = contents.splits.map {
      Split(
        name: $0.name, images: $0.count, labeled: $0.labeledCount, height: $0.shape.height, width: $0.shape.width,
        channels: $0.shape.channels)
    }
  }
}

extension SourceSplit {
  /// Images that have a label.
  fileprivate var labeledCount: Int {
    switch labels {
    case .single(let values): values.count { $0 >= 0 }
    case .multi: count
    }
  }
}
