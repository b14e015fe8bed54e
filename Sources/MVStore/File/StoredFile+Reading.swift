internal import Foundation
internal import MVCore
internal import MVFiles

extension StoredFile {
  /// Reads everything but the features; throws where the file is not a whole feature file that this code understands.
  init(reading path: String) throws(MVError) {
    try self.init(unjoined: path)
    try joinSources()
  }

  /// Reads a file without opening the files that it joins.
  private init(unjoined path: String) throws(MVError) {
    let identity = try StoredFile.checkedIdentity(path)
    self = try HDF5Library.locked { () throws(MVError) in
      let file = try HDF5Handle.openingFile(.reading(path))
      return try StoredFile(file, identity)
    }
  }

  /// Reads one of the files that another joins; throws where it is not a whole feature file.
  static func source(_ path: String) throws(MVError) -> StoredFile { try StoredFile(unjoined: path) }

  private static func checkedIdentity(_ path: String) throws(MVError) -> FileIdentity {
    let descriptor = try FileDescriptor(path, flags: O_RDONLY | O_NONBLOCK)
    let status = try descriptor.status()
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .usage(path, "is not a file", remedy: "name a feature file that mvmr extract has written")
    }
    guard try descriptor.read(8, at: 0) == [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A] else {
      throw .badData(
        path, "is not an HDF5 file", remedy: "name a feature file that mvmr extract has written")
    }
    return try descriptor.identity()
  }

  private init(_ file: borrowing HDF5Handle, _ identity: FileIdentity) throws(MVError) {
    let context = file.context
    let size = identity.size
    guard file.hasAttribute("format"), try file.text("format") == StoredFile.format else {
      throw .badData(
        context.path, "is an HDF5 file but not a feature file",
        remedy: "name a feature file that mvmr extract has written")
    }
    let version = try file.integer("version")
    guard (1...StoredFile.version).contains(version) else {
      throw .badData(
        context.path, "is a feature file of version \(version), this program knows \(StoredFile.version)",
        remedy: "read it with a newer mvmr")
    }
    self.path = context.path
    self.size = size
    identities = [context.path: identity]
    self.version = version
    dataset = try file.text("dataset")
    location = try file.text("location")
    // Recorded for whoever looks for the images; the rows mean the same without it.
    let text = file.hasAttribute("source") ? try? file.text("source") : nil
    source = text.flatMap { SourceRecord(json: $0) }
    hasUnknownSource = file.hasAttribute("source") && source == nil
    fingerprint = try file.text("fingerprint")
    classNames = try file.texts("class_names")
    settings = try AttributeJSON.value(
      [String: SettingValue].self, from: try file.text("settings"), "attribute settings", context)
    software = try AttributeJSON.value(
      [String: String].self, from: try file.text("software"), "attribute software", context)
    created = try file.text("created")
    let names = try file.texts("splits")
    let members = try file.memberNames()
    guard !names.isEmpty, Set(names).isSubset(of: members), Set(names).count == names.count,
      names.allSatisfy(FeatureName.isPossible)
    else {
      throw context.failure("its groups are not the splits it names")
    }
    sources = file.hasAttribute("sources") ? try file.texts("sources") : []
    let shard =
      file.hasAttribute("shard")
      ? try AttributeJSON.value(ShardPlan.self, from: try file.text("shard"), "attribute shard", context) : nil
    guard shard?.isPossible ?? true else { throw context.failure("attribute shard does not describe its splits") }
    self.shard = shard
    var splits: [StoredSplit] = []
    var limit = StoredLimit(fileSize: size)
    for name in names {
      splits.append(try StoredSplit(try file.group(name), name, sources: sources, shard: shard, limit: &limit))
    }
    guard splits.allSatisfy({ $0.features.map(\.plan) == splits[0].features.map(\.plan) }) else {
      throw context.failure("its splits do not hold the same representations")
    }
    self.splits = splits
    additions = members.filter { !names.contains($0) } + splits.flatMap(\.additions)
    try checkLabels()
    guard let shard else { return }
    guard shard.held.map(\.name) == names, shard.held.map(\.rows) == splits.map(\.rows) else {
      throw context.failure("attribute shard does not describe its splits")
    }
  }

  /// Throws where labels are none that a writer would have taken.
  private func checkLabels() throws(MVError) {
    for split in splits {
      guard let fault = LabelFault.first(in: split.labels, classes: classNames.count) else { continue }
      let row = fault.row.map { "the label of row \($0) of \(split.name) (\(split.ids[$0]))" } ?? "\(split.name)/labels"
      throw .badData(path, "\(row) \(fault.problem)", remedy: "check the source, and \(mending)")
    }
  }
}
