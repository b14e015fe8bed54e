internal import MVCore
internal import MVFiles
internal import MVTraining

/// Programs that a file names, not the user: the TorchScript of teachers.
enum RecordedPrograms {
  /// Throws where a file of another user names teachers that are programs; nothing is run.
  ///
  /// `file` is a configuration, a sweep or a checkpoint, which may be a stranger's.
  static func check(_ teachers: [TeacherSettings], namedBy file: String) throws(MVError) {
    guard SystemPath(file).status?.isOfThisUser != true else { return }
    for teacher in teachers where !teacher.isRole && TrainedNetwork.isProgram(at: teacher.path, teacher.network) {
      throw .usage(
        file, "is another user's, and names \(teacher.path), which is TorchScript, a program",
        remedy: "if you trust both, make a copy of this one that is yours, or name the program by --teacher")
    }
  }
}
