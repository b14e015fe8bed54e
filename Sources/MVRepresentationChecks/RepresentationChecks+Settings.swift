internal import CKernels
internal import Foundation
internal import MVCore
internal import MVRepresentations

extension RepresentationChecks {
  func checkNamesAndHelp(_ log: inout CheckLog) {
    let entry = entry
    log.expect(
      !entry.summary.isEmpty && !entry.summary.contains(where: \.isNewline), "the summary is not one line of text")
    for setting in entry.settings {
      log.expect(
        !setting.help.isEmpty && !setting.help.contains(where: \.isNewline),
        "the help of \(setting.name) is not one line of text")
    }
  }

  func checkSettingsSurvive(_ log: inout CheckLog) throws(MVError) {
    let defaults = Dictionary(entry.settings.map { ($0.name, $0.value) }) { $1 }
    for (key, value) in otherValues() {
      let representation = try entry.make(settings: [key: value])
      let settings = representation.settingValues
      log.expect(
        settings == defaults.merging([key: value]) { $1 }, "\(key)=\(value) gives the settings \(settings)")
      log.expect(
        try entry.make(settings: throughJSON(settings)).settingValues == settings,
        "\(key)=\(value) is another setting after JSON")
      let specification = RepresentationSpecification(name: name, storedName: "other", settings: settings)
      let read = try RepresentationSpecification(parsing: specification.description, in: catalogue)
      let restored = try read.make(in: catalogue).settingValues
      log.expect(
        read.storedName == "other" && restored == settings,
        "\(key)=\(value) is another setting after '\(specification)'")
    }
  }

  func checkSettingsOutOfRange(_ log: inout CheckLog) {
    for (key, value, accepts) in impossibleValues() {
      let error = log.refusal(of: "\(key)=\(value)", kind: .usage) { () throws(MVError) in
        _ = try entry.make(settings: [key: value])
      }
      guard let error else { continue }
      log.expect(error.subject.contains(key), "refuses \(key)=\(value) without its name: '\(error)'")
      log.expect(error.remedy.contains(accepts), "refuses \(key)=\(value) without what it takes: '\(error)'")
    }
  }

  func checkEverySetting(_ log: inout CheckLog) throws(MVError) {
    // Some other value of each setting must be possible and change the row, or its shape.
    let image = largestImage
    let usual = try entry.make().features(of: image)
    for setting in entry.settings {
      let rows = otherValues().filter { $0.0 == setting.name }.compactMap { key, value in
        try? entry.make(settings: [key: value]).features(of: image)
      }
      log.expect(rows.contains { $0 != usual }, "\(setting.name) changes nothing")
    }
  }

  func checkSketches(_ log: inout CheckLog) throws(MVError) {
    let image = largestImage
    let columns = min(24, try entry.make().features(of: image).layout.count)
    let sketch: [String: SettingValue] = ["sketch": .int(columns), "sketch_seed": .int(77)]
    for values in [[:]] + otherValues().map({ [$0.0: $0.1] }) {
      let sketched = try entry.make(settings: values.merging(sketch) { own, _ in own })
      let settings = sketched.settingValues
      let base = try entry.make(settings: values)
      log.expect(
        settings == base.settingValues.merging(sketch) { own, _ in own }, "a sketch with \(values) has \(settings)")
      log.expect(
        try entry.make(settings: throughJSON(settings)).settingValues == settings,
        "a sketch with \(values) has other settings after JSON")
      guard let row = try? base.features(of: image), row.layout.count >= columns else {
        let row = try? sketched.features(of: image)
        log.expect(row == nil, "a sketch with \(values) has a row where the representation has none of that length")
        continue
      }
      var table = [UInt32](repeating: 0, count: row.layout.count)
      mvk_sketch_table(77, table.count, UInt32(columns), &table)
      var expected = [Float](repeating: 0, count: columns)
      mvk_sketch_add(row.values, table, table.count, &expected)
      log.expect(
        try sketched.features(of: image)
          == Features(values: expected, layout: FeatureLayout(shape: [columns], axes: ["sketch"])),
        "a sketch with \(values) is not the projection of the row")
    }
    log.expect(
      try entry.make(settings: sketch).picture(of: image) == (try entry.make().picture(of: image)),
      "the picture of a sketch is another one")
  }

  private func throughJSON(_ settings: [String: SettingValue]) throws(MVError) -> [String: SettingValue] {
    do {
      return try JSONDecoder().decode([String: SettingValue].self, from: try JSONEncoder().encode(settings))
    } catch { throw .badData("settings of \(name)", "do not come back from JSON") }
  }
}
