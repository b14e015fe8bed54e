internal import MVCommandLine
internal import MVCore
internal import MVTraining

/// Every setting of a run and of a teacher.
enum SettingTables {
  /// For a terminal.
  static var text: String {
    plain(TrainingSettings().settingTable) + "\n\nOf each teacher:\n\n" + plain(TeacherSettings().settingTable)
  }

  /// The tables of `Notebooks-free-docs/Training.md`.
  static var markdown: String {
    markdown(TrainingSettings().settingTable) + "\n\n" + markdown(TeacherSettings().settingTable)
  }

  /// For other programs: the settings of a run and of a teacher.
  static var object: [String: [Row]] {
    func rows(_ table: [SettingRow]) -> [Row] {
      table.map { Row(name: $0.name, default: $0.value, accepts: $0.accepts, help: $0.help) }
    }
    return ["train": rows(TrainingSettings().settingTable), "teacher": rows(TeacherSettings().settingTable)]
  }

  /// One setting.
  struct Row: Encodable {
    let name: String
    let `default`: SettingValue
    let accepts: String
    let help: String
  }

  static func plain(_ rows: [SettingRow]) -> String {
    var table = TextTable("setting", "default", "accepts", "what it does")
    for row in rows { table.add(row.name, row.text, row.accepts, row.help) }
    return table.text
  }

  static func markdown(_ rows: [SettingRow]) -> String {
    let lines = rows.map { row in
      let value = row.text.isEmpty ? "nothing" : "`\(row.text)`"
      let accepts = row.accepts.replacing("|", with: " ")
      return "| `\(row.name)` | \(value) | \(accepts) | \(row.help) |"
    }
    return (["| setting | default | accepts | what it does |", "|---|---|---|---|"] + lines).joined(separator: "\n")
  }
}
