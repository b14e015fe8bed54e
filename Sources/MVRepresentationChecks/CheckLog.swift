internal import MVCore

/// Collects what one check finds broken.
struct CheckLog {
  let check: RepresentationChecks.Check
  /// The specification that is being checked.
  var representation: String
  private(set) var failures: [RepresentationChecks.Failure] = []

  init(check: RepresentationChecks.Check, representation: String) {
    self.check = check
    self.representation = representation
  }

  /// Notes a failure unless `condition` holds.
  mutating func expect(_ condition: Bool, _ problem: @autoclosure () -> String) {
    guard !condition else { return }
    failures.append(.init(check: check, representation: representation, problem: problem()))
  }

  /// Runs a part of a check; an error that it throws is a failure.
  mutating func attempt(_ body: (inout CheckLog) throws(MVError) -> Void) {
    do throws(MVError) { try body(&self) } catch { expect(false, "threw '\(error)'") }
  }

  /// The error that `body` throws.
  ///
  /// That it throws none is a failure, and so is an error of another kind or without remedy.
  mutating func refusal(
    of what: String, kind: MVError.Kind, _ body: () throws(MVError) -> Void
  ) -> MVError? {
    do throws(MVError) { try body() } catch {
      expect(error.kind == kind, "refuses \(what) with an error of kind \(error.kind), not \(kind): '\(error)'")
      expect(!error.remedy.isEmpty, "refuses \(what) without a remedy: '\(error)'")
      return error
    }
    expect(false, "accepts \(what)")
    return nil
  }
}
