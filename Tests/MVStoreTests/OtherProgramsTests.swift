import Foundation
import MVCore
import MVFiles
import SystemHDF5
import TestSupport
import Testing

@testable import MVStore

/// Files that other programs have opened, or have added something to.
@Suite struct OtherProgramsTests {
  private let folder: TemporaryFolder
  private let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appending(path: "a.h5")
  }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  /// Adds what people add in a notebook: an attribute, a data set beside the representations, a group of their own.
  private func add(to url: URL) throws {
    try HDF5Library.locked { () throws(MVError) in
      let context = HDF5Context.creating(url.path)
      let access = try HDF5Handle(mv_h5_create_access(), context, "no access")
      let file = try HDF5Handle(mv_h5_open_to_write(url.path, access.id), context, "not opened")
      try file.setAttribute("comment", "checked")
      let train = try file.group("train")
      try train.setAttribute("comment", "checked")
      _ = try train.creatingDataSet("pca", type: mv_h5_float32(), shape: [23, 3], zeroed: true)
      let notes = try file.creatingGroup("notes")
      _ = try notes.creatingDataSet("means", type: mv_h5_float32(), shape: [3], zeroed: true)
    }
  }

  @Test func additionsArePassedOverWithANote() throws {
    try SampleFile.write(to: url)
    let before = try SampleFile.contents(url)
    #expect(try FeatureFile(reading: url).notices.isEmpty)
    #expect(try FeatureFile(reading: url).description.additions == nil)
    try add(to: url)
    let file = try FeatureFile(reading: url)
    #expect(file.description.additions == ["notes", "train/pca"])
    #expect(file.notices == ["\(url.path) also holds notes, train/pca, which other programs have added: passed over"])
    #expect(file.splits.map(\.name) == ["train", "test"] && file.representations.map(\.name) == ["hog", "small"])
    #expect(try file.verify().missingBlocks == 0)
    #expect(try SampleFile.contents(url) == before)
    // Out, and rewritten: without what is not the file's own.
    try FeatureFileExport(of: file).write(to: place("arrays"))
    #expect(FileManager.default.fileExists(atPath: place("arrays/train/hog.npy").path))
    #expect(!FileManager.default.fileExists(atPath: place("arrays/train/pca.npy").path))
    try FeatureFilePacking.write(url, to: place("packed.h5"), compressed: true)
    #expect(try FeatureFile(reading: place("packed.h5")).notices.isEmpty)
    // In its own place that would lose them.
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: SampleFile.plan())
    #expect(writer.notices == file.notices)
    let error = SampleFile.error { try writer.compress() }
    #expect(error?.kind == .usage && error?.problem.contains("notes, train/pca") == true)
    #expect(try SampleFile.contents(url) == before)
  }

  @Test func anUnfinishedFileWithAdditionsIsFinished() throws {
    let first = try FeatureFileWriter(creatingOrResuming: url, plan: SampleFile.plan())
    try SampleFile.fill(first, blocks: 3)
    try first.finish()
    try add(to: url)
    // The first writer still has its lock, and the place of every data set.
    try SampleFile.fill(first)
    try first.finish()
    #expect(try FeatureFile(reading: url).verify().missingBlocks == 0)
    #expect(try FeatureFile(reading: url).description.additions == ["notes", "train/pca"])
  }

  @Test func shardsWithAdditionsAreMerged() throws {
    var shards: [URL] = []
    for index in 1...2 {
      let shard = place("part\(index).h5")
      try SampleFile.write(SampleFile.plan().shard(ShardNumber(parsing: "\(index)/2")), to: shard)
      shards.append(shard)
    }
    try add(to: shards[0])
    let merge = try FeatureFileMerge(of: shards, to: url)
    #expect(merge.notices.count == 1 && merge.notices[0].contains("part1.h5 also holds notes, train/pca"))
    _ = try merge.join()
    #expect(try FeatureFile(reading: url).verify().missingBlocks == 0)
    _ = try FeatureFileMerge(of: shards, to: place("copy.h5")).copy()
    try SampleFile.write(to: place("whole.h5"))
    #expect(try SampleFile.contents(place("copy.h5")) == SampleFile.contents(place("whole.h5")))
  }

  /// As h5py locks a file that it has opened for reading.
  private func reading(_ url: URL) throws -> FileDescriptor {
    let file = try FileDescriptor(url.path, flags: O_RDONLY)
    try #require(try file.lock(shared: true))
    return file
  }

  @Test func aFileThatIsReadElsewhereIsNoObstacleWhereThereIsNothingToDo() throws {
    try SampleFile.write(to: url)
    let reader = try reading(url)
    let plan = SampleFile.plan()
    let file = try #require(try FeatureFile.ifFinished(url, by: plan))
    #expect(FillSummary(whole: file).rowsBefore == 33)
    #expect(try FeatureFile.ifFinished(place("none.h5"), by: plan) == nil)
    var other = plan
    other.settings["height"] = .int(16)
    #expect(
      SampleFile.error { _ = try FeatureFile.ifFinished(self.url, by: other) }?.problem.contains("height") == true)
    // To replace it whole takes nothing from who reads it.
    let before = try reader.status().st_ino
    try SampleFile.fill(try FeatureFileWriter(creatingOrResuming: url, plan: other, overwrite: true))
    #expect(try reader.status().st_ino == before)
    #expect(try FeatureFile(reading: url).description.settings["height"] == .int(16))
  }

  @Test func aFileThatIsReadElsewhereIsNotWrittenInto() throws {
    let plan = SampleFile.plan()
    do {
      let writer = try FeatureFileWriter(creatingOrResuming: url, plan: plan)
      try SampleFile.fill(writer, blocks: 2)
      try writer.finish()
    }
    let reader = try reading(url)
    #expect(try FeatureFile.ifFinished(url, by: plan) == nil)
    let error = try #require(SampleFile.error { _ = try FeatureFileWriter(creatingOrResuming: self.url, plan: plan) })
    #expect(error.kind == .inputOutput && error.problem == "is open for reading in another program")
    #expect(error.remedy.contains("file.close()"))
    // Who it is, where the system tells.
    if let cause = error.cause { #expect(cause.contains("(process \(getpid()))"), "\(cause)") }
    #expect(!error.description.contains("\n"))
    withExtendedLifetime(reader) {}
  }

  @Test func aFileWithoutAFinishedRowIsBegunAnew() throws {
    let plan = SampleFile.plan()
    do { _ = try FeatureFileWriter(creatingOrResuming: url, plan: plan) }
    var other = plan
    other.settings["height"] = .int(16)
    do {
      let writer = try FeatureFileWriter(creatingOrResuming: url, plan: other)
      #expect(!writer.isResumed && writer.notices.isEmpty)
      try SampleFile.fill(writer, blocks: 1)
      try writer.finish()
    }
    // With a finished block it is work to keep.
    let error = SampleFile.error { _ = try FeatureFileWriter(creatingOrResuming: self.url, plan: plan) }
    #expect(error?.kind == .usage && error?.problem.contains("height=16") == true)
    // So is what another program has put there.
    let noted = place("noted.h5")
    do { _ = try FeatureFileWriter(creatingOrResuming: noted, plan: plan) }
    try add(to: noted)
    #expect(SampleFile.error { _ = try FeatureFileWriter(creatingOrResuming: noted, plan: other) }?.kind == .usage)
    // An empty file is none.
    try Data().write(to: place("empty.h5"))
    #expect(try !FeatureFileWriter(creatingOrResuming: place("empty.h5"), plan: plan).isResumed)
    try Data("notes".utf8).write(to: place("text.h5"))
    let text = SampleFile.error { _ = try FeatureFileWriter(creatingOrResuming: self.place("text.h5"), plan: plan) }
    #expect(text?.kind == .badData)
  }

  @Test func whatIsWrittenInOneGoReplacesAFileWithoutAFinishedRow() throws {
    try SampleFile.write(to: url)
    let target = place("target.h5")
    do { _ = try FeatureFileWriter(creatingOrResuming: target, plan: SampleFile.plan()) }
    try FeatureFilePacking.write(url, to: target, compressed: true)
    #expect(try FeatureFile(reading: target).isComplete)
    let error = SampleFile.error { try FeatureFilePacking.write(self.url, to: target, compressed: true) }
    #expect(error?.problem == "is there already")
    // What other programs have added is not lost in a file that is rewritten where it is.
    let rewrite = { try FeatureFilePacking.write(target, to: target, compressed: false, overwrite: true) }
    try rewrite()
    try add(to: target)
    let lost = SampleFile.error { try rewrite() }
    #expect(lost?.kind == .usage && lost?.problem.contains("would lose") == true)
    try Data("notes".utf8).write(to: place("text.h5"))
    let text = SampleFile.error { try FeatureFilePacking.write(self.url, to: self.place("text.h5"), compressed: true) }
    #expect(text?.problem == "is there already")
  }

  /// The same with h5py itself, which opens, locks and adds as it will.
  @Test(.enabled(if: OtherProgram.python != nil, "no Python with h5py")) func h5py() throws {
    do {
      let writer = try FeatureFileWriter(creatingOrResuming: url, plan: SampleFile.plan())
      try SampleFile.fill(writer, blocks: 5)
      try writer.finish()
    }
    let python = try #require(OtherProgram.python)
    let added = try OtherProgram.run([
      python, "-c",
      "import h5py, sys\nwith h5py.File(sys.argv[1], 'r+') as f: f['train/pca'] = [[1.0]] * 23; f.attrs['comment'] = 'x'",
      url.path,
    ])
    try #require(added.status == 0, "\(added.output)")
    #expect(try FeatureFile(reading: url).description.additions == ["train/pca"])
    let holder = Process()
    holder.executableURL = URL(filePath: "/usr/bin/env")
    holder.arguments = [
      python, "-c", "import h5py, sys\nf = h5py.File(sys.argv[1], 'r')\nprint('held', flush=True)\nsys.stdin.read()",
      url.path,
    ]
    let (words, end) = (Pipe(), Pipe())
    holder.standardOutput = words
    holder.standardInput = end
    try holder.run()
    #expect(try words.fileHandleForReading.read(upToCount: 4) == Data("held".utf8))
    let error = SampleFile.error { _ = try FeatureFileWriter(creatingOrResuming: self.url, plan: SampleFile.plan()) }
    try end.fileHandleForWriting.close()
    holder.waitUntilExit()
    // HDF5 may be told by its environment not to lock.
    if let error { #expect(error.problem == "is open for reading in another program", "\(error)") }
    let writer = try FeatureFileWriter(creatingOrResuming: url, plan: SampleFile.plan())
    try SampleFile.fill(writer)
    try writer.finish()
    #expect(try FeatureFile(reading: url).verify().missingBlocks == 0)
  }
}
