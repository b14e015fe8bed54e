internal import MVCommandLine
internal import MVCore
internal import MVTraining

/// Every setting of a run and of a teacher.
enum SettingTables {
  private typealias Row = (name: String, value: SettingValue, accepts: String, help: String)

  /// For a terminal.
  static var text: String {
    plain(TrainingSettings().settingTable) + "\n\nOf each teacher:\n\n" + plain(TeacherSettings().settingTable)
  }

  /// The tables of `Notebooks-free-docs/Training.md`.
  static var markdown: String {
    markdown(TrainingSettings().settingTable) + "\n\n" + markdown(TeacherSettings().settingTable)
  }

  private static func plain(_ rows: [Row]) -> String {
    var table = TextTable("setting", "default", "accepts", "what it does")
    for row in rows { table.add(row.name, row.value.description, row.accepts, row.help) }
    return table.text
  }

  private static func markdown(_ rows: [Row]) -> String {
    let lines = rows.map { row in
      let value = row.value.description.isEmpty ? "nothing" : "`\(row.value)`"
      let accepts = row.accepts.replacing("|", with: " ")
      return "| `\(row.name)` | \(value) | \(accepts) | \(row.help) |"
    }
    return (["| setting | default | accepts | what it does |", "|---|---|---|---|"] + lines).joined(separator: "\n")
  }
}
