internal import MVCommandLine
internal import MVCore
internal import MVDatasets

extension Command {
  /// `mvmr datasets`: the kinds of source, or what one source holds.
  static let datasets = Command(
    "datasets", summary: "List the kinds of source, or say what one SOURCE holds",
    discussion: """
      Examples:
        mvmr datasets
        mvmr datasets cifar10:data/cifar-10-batches-bin
        mvmr datasets folder:photos --size 96x96
      """,
    arguments: [
      .positional("SOURCE", "the source to look into", required: false), .flag("json", "print JSON"),
    ] + SourceArguments.options
  ) { (arguments) throws(MVError) in
    guard let text = arguments["SOURCE"] else {
      if arguments.has("json") {
        try Terminal.printJSON(
          SourceSpecification.kinds.map { ["kind": $0.name, "argument": $0.argument, "summary": $0.summary] })
      } else {
        var table = TextTable("source", "what it reads")
        for kind in SourceSpecification.kinds { table.add("\(kind.name):\(kind.argument)", kind.summary) }
        print(table.text)
      }
      return
    }
    let source = try SourceArguments.open(text, arguments)
    let contents = source.contents
    if arguments.has("json") {
      try Terminal.printJSON(SourceReport(contents))
      return
    }
    var table = TextTable("split", "images", "size", "labelled")
    for split in contents.splits {
      table.add(split.name, "\(split.count)", "\(split.shape)", "\(split.labelledCount)")
    }
    print(table.text)
    if !contents.classNames.isEmpty {
      print("\(contents.classNames.count) classes: \(contents.classNames.joined(separator: ", "))")
    }
  }
}

/// What `mvmr datasets SOURCE --json` prints.
private struct SourceReport: Encodable {
  struct Split: Encodable {
    let name: String
    let images: Int
    let labelled: Int
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
        name: $0.name, images: $0.count, labelled: $0.labelledCount, height: $0.shape.height, width: $0.shape.width,
        channels: $0.shape.channels)
    }
  }
}

extension SourceSplit {
  /// Images that have a label.
  fileprivate var labelledCount: Int {
    switch labels {
    case .single(let values): values.count { $0 >= 0 }
    case .multi: count
    }
  }
}
