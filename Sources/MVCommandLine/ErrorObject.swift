internal import MVCore
internal import MVFiles

/// An error as `--json` prints it, on one line of stderr: stdout carries nothing but results.
struct ErrorObject: Codable {
  struct Content: Codable {
    let kind: String
    let subject: String
    let problem: String
    let remedy: String
    let cause: String?
    let row: Int?
    let id: String?
    let message: String
    let exitCode: Int32

    private enum CodingKeys: String, CodingKey {
      case kind, subject, problem, remedy, cause, row, id, message
      case exitCode = "exit_code"
    }
  }

  let error: Content

  init(_ error: MVError, exitCode: Int32) {
    self.error = Content(
      kind: error.kind.rawValue, subject: error.subject, problem: error.problem, remedy: error.remedy,
      cause: error.cause, row: error.row, id: error.id, message: "\(error)", exitCode: exitCode)
  }

  /// The error that it stands for; nil for a kind of a later version.
  var value: MVError? {
    MVError.Kind(rawValue: error.kind).map {
      MVError($0, error.subject, error.problem, remedy: error.remedy, row: error.row, cause: error.cause)
    }
  }

  /// The object as one line.
  var text: String { CanonicalJSON.text(self) }
}
