internal import CTorch
internal import Foundation
internal import MVCore
internal import MVFiles

/// A network that is written as TorchScript: its tensors under their names, and functions in TorchScript's language.
final class ScriptWriter {
  private let handle: OpaquePointer

  /// Begins a network whose class is called `name`.
  init(named name: String) throws(MVError) {
    var result: OpaquePointer?
    try check(mvt_script_create(name, &result), during: name)
    guard let result else { throw .internalFault(name, "gave no script") }
    handle = result
  }

  deinit { mvt_script_free(handle) }

  /// Adds a copy of a tensor, whose name's parts but the last become modules.
  func add(_ item: NamedTensor) throws(MVError) {
    try check(mvt_script_add(handle, item.name, item.tensor.handle, item.isParameter), during: item.name)
  }

  /// Adds functions; `self` is the network.
  func define(_ source: String) throws(MVError) {
    try check(mvt_script_define(handle, source), during: "the script of a network")
  }

  /// Writes what torch.jit.load reads, and beside it what the network wants of its images.
  func save(to url: URL, _ facts: ScriptFacts) throws(MVError) {
    let status = mvt_script_save(handle, url.path, ScriptFacts.name, CanonicalJSON.text(facts))
    do throws(MVError) { try check(status, during: url.path) } catch {
      throw .inputOutput(url.path, "cannot be written", remedy: "check the folder and the disk", cause: error.problem)
    }
  }
}
