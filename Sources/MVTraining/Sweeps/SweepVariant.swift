internal import Foundation
internal import MVCore

/// One variant of a sweep: the settings of its runs but for the seed.
public struct SweepVariant: Hashable, Sendable {
  /// The name in tables: its own, or `lr=0.01, representations=hog+lbp`.
  public let name: String
  /// What the folders of its runs begin with.
  public let folder: String
  /// What it changes of the sweep's base.
  public let changes: [SweepChange]
  /// Its settings.
  public let settings: TrainingSettings

  /// The longest name of a folder, without its seed; file systems take 255 bytes.
  private static let longestFolder = 120

  /// Changes settings; throws where one is changed twice, or its value does not fit, or the name is empty.
  init(_ name: String?, _ changes: [SweepChange], of base: TrainingSettings) throws(MVError) {
    var settings = base
    for (place, change) in changes.enumerated() {
      if changes[..<place].contains(where: { $0.setting == change.setting }) {
        throw .usage(
          "variant \(name ?? "")", "changes \(change.setting) twice", remedy: "give each setting once")
      }
      try change.apply(to: &settings)
    }
    // One name for a variant, in whatever order the axes are given.
    let order = TrainingSettings.settings.map(\.name)
    let sorted = changes.sorted {
      (order.firstIndex(of: $0.setting) ?? 0) < (order.firstIndex(of: $1.setting) ?? 0)
    }
    let own = name?.trimmingCharacters(in: .whitespaces)
    guard own != "" else { throw .usage("variant", "has an empty name", remedy: "give it one") }
    self.name = own ?? (sorted.isEmpty ? "base" : sorted.map { "\($0.setting)=\($0.text)" }.joined(separator: ", "))
    folder = Self.folder(own.map { [$0] } ?? (sorted.isEmpty ? ["base"] : sorted.map { "\($0.setting)-\($0.text)" }))
    self.changes = sorted
    self.settings = settings
  }

  /// A name that every file system and shell takes as it is; what loses letters by that gets a number of its own.
  private static func folder(_ parts: [String]) -> String {
    let text = parts.joined(separator: "_")
    var name = String(
      text.map { character in
        character.isASCII && (character.isLetter || character.isNumber || "-_.+".contains(character)) ? character : "-"
      })
    if name.hasPrefix(".") || name.hasPrefix("-") { name = "v" + name }
    guard name != text || name.utf8.count > longestFolder else { return name }
    var fingerprint = Fingerprint()
    fingerprint.add(text)
    return "\(name.prefix(longestFolder))-\(fingerprint.text.prefix(8))"
  }
}

/// One run of a sweep.
public struct SweepRun: Hashable, Sendable {
  /// The variant.
  public let variant: SweepVariant
  /// The seed.
  public let seed: Int
  /// The name of its folder.
  public var folder: String { "\(variant.folder)_seed-\(seed)" }
  /// The name in messages.
  public var name: String { "\(variant.name), seed \(seed)" }

  /// The settings as they are trained with.
  ///
  /// Runs go side by side: where nothing is said, each has one thread, which is fastest for all of them together and
  /// keeps results from depending on how many there are.
  public var settings: TrainingSettings {
    var settings = variant.settings
    settings.seed = seed
    if settings.threads == 0 { settings.threads = 1 }
    if settings.workers == 0 { settings.workers = settings.threads }
    return settings
  }

  init(of variant: SweepVariant, seed: Int) {
    self.variant = variant
    self.seed = seed
  }

  /// The setting in which a run that is there differs from this one, as `lr=0.1 and not lr=0.2`; nil where none does.
  ///
  /// Settings that change no result, or its last digits alone, may differ.
  public func difference(from other: TrainingSettings) -> String? {
    Self.difference(of: settings, from: other, except: Self.free)
  }

  /// The first setting that differs between the bases of two sweeps; nil where none does.
  public static func difference(ofBase settings: TrainingSettings, from other: TrainingSettings) -> String? {
    difference(of: settings, from: other, except: free.union(["seed"]))
  }

  private static let free: Set<String> = ["threads", "workers", "checkpoint_every", "validate_every", "log_every"]

  private static func difference(
    of settings: TrainingSettings, from other: TrainingSettings, except free: Set<String>
  ) -> String? {
    for (own, theirs) in zip(settings.settingTable, other.settingTable)
    where !free.contains(own.name) && own.value != theirs.value {
      return "\(theirs.name)=\(theirs.text), now \(own.name)=\(own.text)"
    }
    return nil
  }
}
