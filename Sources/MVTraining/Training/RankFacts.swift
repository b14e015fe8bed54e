internal import Foundation
internal import MVCore
internal import MVFiles
internal import MVNetworks
internal import MVStore

/// What every rank of a run must have alike, in words: settings, images, representations, and what its machine does.
struct RankFacts {
  private struct Fact: Codable, Hashable {
    let name: String
    let value: String
  }

  private let facts: [Fact]

  /// Gathers them for a run that begins or goes on after `step` steps; throws where an image cannot be read.
  init(of learner: Learner, step: Int) throws(MVError) {
    // What each machine may have as it likes.
    let own: Set<String> = ["threads", "workers", "teachers", "device"]
    let (settings, data) = (learner.settings, learner.data)
    var facts = settings.settingTable.filter { !own.contains($0.name) }
      .map { Fact(name: "setting \($0.name)", value: $0.text) }
    facts.append(Fact(name: "the step it begins after", value: "\(step)"))
    facts.append(Fact(name: "the number of images", value: "\(data.count) of \(data.shape)"))
    // A few of them: reading all would take an epoch.
    let sample = Set([0, data.count / 3, data.count / 2, data.count - 1]).sorted()
    var images = Fingerprint(), labels = Fingerprint()
    if case .uint8(let bytes) = try data.images(sample).pixels {
      images.add(bytes.map { "\($0)" }.joined(separator: " "))
    }
    for label in data.labels { labels.add("\(label)") }
    facts.append(Fact(name: "images, by a sample,", value: images.text))
    facts.append(Fact(name: "labels", value: labels.text))
    facts.append(Fact(name: "representations", value: data.targets.map(\.name).joined(separator: ", ")))
    for target in data.targets {
      switch target.origin {
      case .stored(let rows):
        let values = rows.matrix(at: sample).values.map { "\($0.bitPattern)" }.joined(separator: " ")
        var fingerprint = Fingerprint()
        fingerprint.add(values)
        facts.append(Fact(name: "rows of \(target.name), by a sample,", value: "\(rows.columns) \(fingerprint.text)"))
      case .teacher(let teacher): facts.append(Fact(name: "teacher \(target.name)", value: teacher.fingerprint))
      case .pixels, .augmented: break
      }
    }
    facts.append(Fact(name: "kind of device", value: settings.device.kind))
    facts.append(Fact(name: "precision of products", value: settings.products?.rawValue ?? "float32"))
    facts.append(Fact(name: "layout of maps", value: learner.encoder.joinsViews ? "blocks" : "plain"))
    self.facts = facts
  }

  /// Throws, on every rank, where a rank's differ from those of rank 0.
  func compare(over group: ProcessGroup) throws(MVError) {
    let all = try group.texts(String(decoding: CanonicalJSON.data(facts), as: UTF8.self))
    guard let first = CanonicalJSON.value([Fact].self, from: all[0]) else { return }
    // A rank that differs says what is its own; the others name the first that does.
    let order = [group.ranks.rank] + all.indices.filter { $0 != group.ranks.rank }
    for rank in order where all[rank] != all[0] {
      guard let theirs = CanonicalJSON.value([Fact].self, from: all[rank]) else { continue }
      let pair = zip(theirs, first).first { $0 != $1 }
      let words =
        pair.map { "has \($0.name) \($0.value) where rank 0 has \($0.name == $1.name ? "" : "\($1.name) ")\($1.value)" }
        ?? "has not as many representations as rank 0"
      throw .usage(
        "rank \(rank) of \(group.ranks.size)", words,
        remedy: "give all ranks the same command, files and kind of processor")
    }
  }

  /// What tells tensors apart.
  static func fingerprint(of state: [NamedTensor]) throws(MVError) -> String {
    var hash: UInt64 = 0
    for item in state {
      for value in try item.tensor.values() { hash = (hash ^ UInt64(value.bitPattern)) &* 0x0000_0100_0000_01b3 }
    }
    return "\(hash)"
  }
}
