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
    /// Reading or writing failed: disk full, no permission (74).
    case inputOutput
    /// The user stopped the work (130).
    case interrupted
  }

  /// What kind of failure it is.
  public let kind: Kind
  /// The file, row or setting concerned.
  public let subject: String
  /// What is wrong with it.
  public let problem: String
  /// What to do about it; empty where nothing useful can be said.
  public let remedy: String

  /// Creates an error; `subject` names a file, row or setting.
  public init(_ kind: Kind, _ subject: String, _ problem: String, remedy: String = "") {
    self.kind = kind
    self.subject = subject
    self.problem = problem
    self.remedy = remedy
  }

  /// A request that cannot be.
  public static func usage(_ subject: String, _ problem: String, remedy: String = "") -> MVError {
    MVError(.usage, subject, problem, remedy: remedy)
  }
  /// Input that is not what it should be.
  public static func badData(_ subject: String, _ problem: String, remedy: String = "") -> MVError {
    MVError(.badData, subject, problem, remedy: remedy)
  }
  /// Input that is not there.
  public static func missingInput(_ subject: String, _ problem: String, remedy: String = "") -> MVError {
    MVError(.missingInput, subject, problem, remedy: remedy)
  }
  /// A read or write that failed.
  public static func inputOutput(_ subject: String, _ problem: String, remedy: String = "") -> MVError {
    MVError(.inputOutput, subject, problem, remedy: remedy)
  }
  /// A fault of this package or of a library under it.
  public static func internalFault(_ subject: String, _ problem: String, remedy: String = "") -> MVError {
    MVError(.internalFault, subject, problem, remedy: remedy)
  }

  /// `subject: problem; remedy`, on one line.
  public var description: String {
    let line = "\(subject): \(problem)" + (remedy.isEmpty ? "" : "; \(remedy)")
    return String(line.map { $0.isNewline ? " " : $0 })
  }
}

extension MVError {
  /// Wraps an error thrown by someone else's code, keeping an `MVError` as it is.
  public init(_ error: any Error, subject: String, kind: Kind = .internalFault) {
    self = (error as? MVError) ?? MVError(kind, subject, "\(error)")
  }
}
