internal import CTorch
package import Foundation
package import MVCore
internal import MVFiles

/// A TorchScript network, in evaluation mode and without gradients.
package final class ScriptModule {
  private let handle: OpaquePointer

  /// Reads a file that `torch.jit.save` wrote; throws where it is missing or is not such a file.
  package init(contentsOf url: URL) throws(MVError) {
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw .missingInput(url.path, "does not exist", remedy: "check the path of the teacher")
    }
    var result: OpaquePointer?
    // A program may begin at load already.
    let status = ForeignProgram.run { mvt_module_load(url.path, &result) }
    do throws(MVError) { try check(status, during: url.path) } catch {
      let lacking = String(cString: mvt_missing_operator())
      guard lacking.isEmpty else {
        throw .badData(
          url.path, "needs the operator \(lacking), which this libtorch, \(Torch.version), does not have",
          remedy: Self.remedy(lacking: lacking))
      }
      throw .badData(
        url.path, "is not TorchScript that this libtorch reads (\(error.reason))",
        remedy: "write it with torch.jit.script(model).save(PATH)")
    }
    guard let result else { throw .internalFault(url.path, "gave no network") }
    handle = result
  }

  deinit { mvt_module_free(handle) }

  private static func remedy(lacking operation: String) -> String {
    operation.contains("attention")
      ? "write it again with attention by plain products, as Notebooks-free-docs/Distillation.md shows in five lines"
      : "write it again without that operator, or use a libtorch that has it"
  }

  /// What a network gave for a batch.
  package enum Output {
    /// One tensor, float32.
    case tensor(Tensor)
    /// Something else, in words.
    case other(String)
  }

  /// What the network gives for `input`; throws where it fails, with its own words for the cause.
  package func output(of input: Tensor, during subject: String) throws(MVError) -> Output {
    var result: OpaquePointer?
    var kind = MVTOutputTensor
    let status = ForeignProgram.run { mvt_module_forward(handle, input.handle, &result, &kind) }
    try check(status, during: subject)
    switch kind {
    case MVTOutputTuple: return .other("a tuple")
    case MVTOutputList: return .other("a list")
    case MVTOutputDictionary: return .other("a dictionary")
    default: break
    }
    guard let result else { return .other("no tensor") }
    return .tensor(
      try Tensor(during: subject) { (place) in
        place.pointee = result
        return GuardedOK
      })
  }

  /// Whether a file is TorchScript: an archive that holds code, not weights alone.
  package static func isScript(at url: URL) -> Bool {
    guard isLikely(at: url), let reader = try? ArchiveReader(url) else { return false }
    while let entry = try? reader.next() {
      if entry.name.contains("/code/") { return true }
    }
    return false
  }

  /// Whether a file begins like the zip archive that TorchScript is stored in.
  package static func isLikely(at url: URL) -> Bool {
    SystemPath(url.path).head(4) == Data("PK\u{3}\u{4}".utf8)
  }
}
