/// The one error type of this package: what went wrong, where, and what to do about it, in one line.
public struct MVError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure it is; the command line turns each into an exit code of `sysexits.h`.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The request itself cannot be: an unknown name, a setting out of range (64).
    case usage
    /// The input is there but is not what it should be (65).
    case badData
    /// The input is not there (66).
    case missingInput
    /// A fault of this package or of a library under it (70).
    case internalFault
    /// There is not enough memory (70).
    case outOfMemory
    /// Reading or writing failed: disk full, no permission (74).
    case inputOutput
    /// The user stopped the work (130).
    case interrupted
  }

  /// What kind of failure it is.
  public let kind: Kind
  /// The file, row or setting concerned.
  public private(set) var subject: String
  /// What is wrong with it.
  public let problem: String
  /// What to do about it; empty where nothing useful can be said.
  public let remedy: String
  /// The image or row concerned: its index among those the call was given; nil where no single one is.
  public private(set) var row: Int?
  /// The id of that row, where it is known.
  public private(set) var id: String?
  /// Why, in the words of the system or of a library; nil where there are none.
  public let cause: String?

  /// Creates an error; `subject` names a file, row or setting, and what `row` counts where that is given.
  public init(
    _ kind: Kind, _ subject: String, _ problem: String, remedy: String = "", row: Int? = nil, cause: String? = nil
  ) {
    self.kind = kind
    self.subject = subject
    self.problem = problem
    self.remedy = remedy
    self.row = row
    self.cause = cause
  }

  /// A request that cannot be.
  public static func usage(_ subject: String, _ problem: String, remedy: String = "") -> MVError {
    MVError(.usage, subject, problem, remedy: remedy)
  }
  /// Input that is not what it should be.
  public static func badData(
    _ subject: String, _ problem: String, remedy: String = "", row: Int? = nil, cause: String? = nil
  ) -> MVError {
    MVError(.badData, subject, problem, remedy: remedy, row: row, cause: cause)
  }
  /// Input that is not there.
  public static func missingInput(
    _ subject: String, _ problem: String, remedy: String = "", row: Int? = nil, cause: String? = nil
  ) -> MVError {
    MVError(.missingInput, subject, problem, remedy: remedy, row: row, cause: cause)
  }
  /// A read or write that failed.
  public static func inputOutput(
    _ subject: String, _ problem: String, remedy: String = "", row: Int? = nil, cause: String? = nil
  ) -> MVError {
    MVError(.inputOutput, subject, problem, remedy: remedy, row: row, cause: cause)
  }
  /// A fault of this package or of a library under it.
  public static func internalFault(
    _ subject: String, _ problem: String, remedy: String = "", row: Int? = nil, cause: String? = nil
  ) -> MVError {
    MVError(.internalFault, subject, problem, remedy: remedy, row: row, cause: cause)
  }

  /// What is concerned, in words: the subject, and the row and its id where there is one.
  public var place: String { subject + (row.map { " \($0)" } ?? "") + (id.map { " (\($0))" } ?? "") }

  /// What is wrong, in words: the problem, and its cause where that is known.
  public var reason: String { problem + (cause.map { ": \($0)" } ?? "") }

  /// `place: reason; remedy`, on one line.
  public var description: String {
    let line = "\(place): \(reason)" + (remedy.isEmpty ? "" : "; \(remedy)")
    return String(line.map { $0.isNewline ? " " : $0 })
  }
}

extension MVError {
  /// The same error of another place: what a caller knows of it that the callee did not.
  public func with(subject: String) -> MVError {
    var error = self
    error.subject = subject
    return error
  }

  /// The same error of the row at `row`, counted in what the caller was passed; `id` names it where that is known.
  public func at(row: Int?, id: String? = nil) -> MVError {
    var error = self
    error.row = row
    error.id = id
    return error
  }

  /// The same error of a row that lies `offset` further on; one that concerns no row stays as it is.
  public func movedRow(by offset: Int) -> MVError {
    row.map { at(row: $0 + offset, id: id) } ?? self
  }

  /// Wraps an error thrown by someone else's code, keeping an `MVError` as it is.
  public init(_ error: any Error, subject: String, kind: Kind = .internalFault) {
    self = (error as? MVError) ?? MVError(kind, subject, "\(error)")
  }
}
