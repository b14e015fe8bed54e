internal import CGuarded
internal import CTorch
package import MVCore

/// Gradients of a network that are added up over the ranks while its backward pass still computes others.
///
/// All ranks make the same calls in the same order.
package final class GradientExchange {
  private let group: ProcessGroup
  private let handle: OpaquePointer

  /// Prepares it for the parameters of a network, in the order of its layers.
  package init(of tensors: [Tensor], over group: ProcessGroup) throws(MVError) {
    var result: OpaquePointer?
    let handles = tensors.map { Optional($0.handle) }
    try group.check(mvt_exchange_create(group.handle, handles, Int64(handles.count), &result))
    guard let result else { throw .internalFault("an exchange of gradients", "was not made") }
    handle = result
    self.group = group
  }

  deinit { mvt_exchange_free(handle) }

  /// Lets the next backward pass send each gradient, with what it has gathered before, as soon as it is there.
  package func begin() throws(MVError) { try group.check(mvt_exchange_begin(handle)) }

  /// Makes the gradients the sums over the ranks, times `factor`; throws where a rank has ended.
  package func finish(times factor: Double) throws(MVError) { try group.check(mvt_exchange_finish(handle, factor)) }
}
