internal import Foundation
internal import MVCore
internal import MVFiles

/// Teachers as one text, as the settings of a run keep them: a JSON array of objects, every setting of each.
struct TeacherList {
  let teachers: [TeacherSettings]

  init(_ teachers: [TeacherSettings]) { self.teachers = teachers }

  /// Reads the JSON; nil where it is not such an array, a setting is unknown or out of range, or two share a name.
  init?(parsing text: String) {
    guard !text.isEmpty else {
      teachers = []
      return
    }
    guard let list = CanonicalJSON.value([[String: SettingValue]].self, from: text) else { return nil }
    let teachers = list.compactMap { try? TeacherSettings(settingValues: $0) }
    guard teachers.count == list.count, teachers.allSatisfy({ !$0.path.isEmpty }),
      Set(teachers.map(\.label)).count == teachers.count
    else { return nil }
    self.teachers = teachers
  }

  /// The JSON, keys sorted; empty for no teacher.
  var text: String {
    teachers.isEmpty ? "" : CanonicalJSON.text(teachers.map(\.settingValues))
  }

  /// The same without the places of the files, which may move between a run and its resumption.
  var textWithoutPaths: String {
    TeacherList(
      teachers.map {
        var moved = $0
        moved.path = ""
        return moved
      }
    ).text
  }
}

extension TrainingSettings {
  /// The TorchScript teachers whose embeddings are in the loss.
  public var teacherSettings: [TeacherSettings] {
    get { TeacherList(parsing: teachers)?.teachers ?? [] }
    set { teachers = TeacherList(newValue).text }
  }
}
