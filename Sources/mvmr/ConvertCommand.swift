internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVFiles
internal import MVStore

extension Command {
  /// `mvmr convert`: feature files to and from other forms.
  static let convert = Command(
    "convert", summary: "Turn a feature file into NumPy arrays, arrays into a feature file, or compress one",
    discussion: """
      What is made depends on what is given:
        FEATURES.h5           and --output DIR: a folder of NumPy arrays, SPLIT/NAME.npy, SPLIT/labels.npy, SPLIT/ids.txt
        FEATURES.h5           and --output NEW.h5: the same file, compressed with --compress, and plain without
        DIR                   and --output NEW.h5: a feature file of such a folder
        SPLIT/NAME=FILE ...   and --output NEW.h5: a feature file of arrays, FILE being FILE.npy or FILE.h5:DATASET
      NAME is a representation, or labels, or ids (text, one a line). With --like, labels and ids are those of a feature
      file of the same images in the same order: `mvmr train` accepts only features of the images it sees.

      Examples:
        mvmr convert features.h5 --output arrays
        mvmr convert features.h5 --compress --output archive.h5
        mvmr convert train/clip=clip_train.npy test/clip=clip_test.npy --like features.h5 --output teacher.h5
        mvmr convert train/dino=dino.h5:embeddings train/labels=y.npy train/ids=names.txt --output teacher.h5
      """,
    arguments: [
      .positional("INPUT", "a feature file, a folder of arrays, or SPLIT/NAME=FILE", repeated: true, takes: .file),
      .option(
        "output", "PLACE", "FILE.h5, or the folder to make", required: true,
        output: .fileOrFolder(["h5", "hdf5", "hdf", "he5"])),
      .option("split", "NAME", "to a folder: only this split", repeated: true),
      .option("representation", "NAME", "to a folder: only this representation", repeated: true),
      .option(
        "like", "FILE.h5", "from arrays: labels, ids and class names of a feature file of the same images",
        takes: .file),
      .option("dataset", "NAME", "from arrays: the name of the data set"),
      .option("classes", "FILE.txt", "from arrays: the name of each class, one a line", takes: .file),
      .choice(
        "dtype", of: ElementType.self, "from arrays: how values are stored; default: float16 where every array is"),
      .flag("compress", "to a file: compress the features, for archives"),
      .flag("overwrite", "replace the output file"), .flag("json", "print one JSON object at the end"),
    ]
  ) { (arguments) throws(MVError) in
    try Conversion(arguments).run()
  }
}

/// One run of `mvmr convert`.
private struct Conversion {
  private let arguments: ParsedArguments
  private let inputs: [String]
  private let output: URL
  private let isToFile: Bool
  private let job = Job("convert", unit: "rows")

  init(_ arguments: ParsedArguments) throws(MVError) {
    self.arguments = arguments
    inputs = arguments.all("INPUT")
    output = URL(filePath: try arguments.required("output"))
    isToFile = ["h5", "hdf5", "hdf", "he5"].contains(output.pathExtension.lowercased())
    guard !inputs.isEmpty else {
      throw .usage("INPUT", "is missing", remedy: "see mvmr convert --help")
    }
  }

  func run() throws(MVError) {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: inputs[0], isDirectory: &isFolder)
    if FeatureImport.Input(parsing: inputs[0]) != nil, !exists { return try fromArrays() }
    guard inputs.count == 1 else {
      throw .usage(inputs[1], "is one input too many", remedy: "give one file, one folder, or SPLIT/NAME=FILE ...")
    }
    if isFolder.boolValue { return try fromArrays() }
    if isToFile { try rewrite() } else { try toArrays() }
  }

  private func refuse(_ options: [String], _ reason: String) throws(MVError) {
    for option in options where arguments.has(option) {
      throw .usage("--\(option)", "has no use \(reason)", remedy: "leave it out, see mvmr convert --help")
    }
  }

  private func toArrays() throws(MVError) {
    try refuse(["like", "dataset", "classes", "dtype", "compress", "overwrite"], "for a folder of arrays")
    let file = try FeatureFile(reading: URL(filePath: inputs[0]))
    file.notices.forEach(Terminal.note)
    let export = try FeatureFileExport(
      of: file, splits: arguments.has("split") ? arguments.all("split") : nil,
      representations: arguments.has("representation") ? arguments.all("representation") : nil)
    try job.run { (job) throws(MVError) in
      try export.write(to: output, cancellation: job.cancellation, progress: job.progress)
    }
    let splits = file.splits.filter { !arguments.has("split") || arguments.all("split").contains($0.name) }
    try report(
      Made(rows: splits.reduce(0) { $0 + $1.count }, bytes: nil), "NumPy arrays of \(file.url.path)")
  }

  /// Throws where the output is a shard of one of the files, whose rows are read there.
  private func keepShards(of paths: [String]) throws(MVError) {
    for path in paths { try (try? FeatureFile(reading: URL(filePath: path)))?.checkHoldsNoRows(output) }
  }

  private func rewrite() throws(MVError) {
    try refuse(["split", "representation", "like", "dataset", "classes", "dtype"], "for a feature file as a whole")
    try keepShards(of: inputs)
    try job.run { (job) throws(MVError) in
      try FeatureFilePacking.write(
        URL(filePath: inputs[0]), to: output, compressed: arguments.has("compress"),
        overwrite: arguments.has("overwrite"), software: ["converted": Provenance.commandLine],
        cancellation: job.cancellation, progress: job.progress)
    }
    try FeatureFile(reading: URL(filePath: inputs[0])).notices.forEach(Terminal.note)
    let file = try FeatureFile(reading: output)
    let bytes = file.description.bytes
    try report(Made(rows: file.splits.reduce(0) { $0 + $1.count }, bytes: bytes), "\(ByteCount(bytes))")
  }

  private func fromArrays() throws(MVError) {
    guard isToFile else {
      throw .usage(output.path, "is not FILE.h5", remedy: "arrays become a feature file: --output FILE.h5")
    }
    try refuse(["split", "representation"], "for arrays")
    let imports = try Self.arrays(inputs)
    let files = imports.inputs.compactMap { input in
      input.location.lastIndex(of: ":").map { String(input.location[..<$0]) }
    }
    try keepShards(of: files + [arguments["like"]].compactMap { $0 })
    var classes = imports.classes
    if let path = arguments["classes"] {
      classes = try WholeFile.lines(of: URL(filePath: path), remedy: "give one class a line")
    }
    let like = try arguments["like"].map { (path) throws(MVError) in try FeatureFile(reading: URL(filePath: path)) }
    let element = try arguments.choice("dtype", as: ElementType.self)
    // Opening many arrays is part of the work: Ctrl-C ends it as it ends the rest.
    let summary = try job.run { [classes] (job) throws(MVError) in
      let arrays = try FeatureImport(
        imports.inputs, like: like, dataset: arguments["dataset"], classNames: classes, element: element,
        software: Provenance.software)
      return try arrays.write(
        to: output, overwrite: arguments.has("overwrite"), compressed: arguments.has("compress"),
        cancellation: job.cancellation, progress: job.progress)
    }
    summary.notices.forEach(Terminal.note)
    try report(
      Made(rows: summary.rows, bytes: summary.bytes), "\(summary.rows) rows, \(ByteCount(summary.bytes))")
  }

  /// What was made, as JSON has it.
  private struct Made: Encodable {
    let rows: Int
    let bytes: Int?
  }

  private func report(_ made: Made, _ words: String) throws(MVError) {
    if arguments.has("json") {
      try Terminal.printJSON(WrittenOutput(output.path, made))
    } else {
      try Terminal.result("\(output.path): \(words)")
    }
  }

  private static func arrays(
    _ inputs: [String]
  ) throws(MVError) -> (inputs: [FeatureImport.Input], classes: [String]?) {
    if inputs.count == 1,
      FeatureImport.Input(parsing: inputs[0]) == nil || FileManager.default.fileExists(atPath: inputs[0])
    {
      let folder = URL(filePath: inputs[0])
      let names = folder.appending(path: "classes.txt")
      let classes = SystemPath(names.path).status == nil ? nil : try WholeFile.lines(of: names, orStream: false)
      return (try FeatureImport.Input.inputs(in: folder), classes)
    }
    return (
      try inputs.map { (text) throws(MVError) in
        guard let input = FeatureImport.Input(parsing: text) else {
          throw .usage(text, "is not SPLIT/NAME=FILE", remedy: "write for example train/clip=clip.npy")
        }
        return input
      }, nil
    )
  }
}
