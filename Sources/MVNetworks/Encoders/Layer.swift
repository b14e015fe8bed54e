package import MVCore

/// What a network is run for.
package enum NetworkPass: Hashable, Sendable {
  /// Evaluation: batch normalization by the running statistics.
  case evaluation
  /// Training: batch normalization uses the statistics of each of `views` equal parts of the batch.
  ///
  /// The parts follow one another in the batch, and the running statistics gather them in that order. With a group, a
  /// part is that of all its ranks together, which run the network at the same time.
  case training(views: Int = 1, over: ProcessGroup? = nil)

  /// The number of views in training; 0 in evaluation.
  var views: Int {
    guard case .training(let views, _) = self else { return 0 }
    precondition(views > 0, "a batch to train on holds a view or more")
    return views
  }

  /// The ranks whose batches are normalized together; nil for this process's alone.
  var group: ProcessGroup? { if case .training(_, let group) = self { group } else { nil } }
}

/// Part of a network: a map of tensors, and the named tensors that it holds.
package protocol Layer: AnyObject {
  /// The output for `input`.
  func forward(_ input: Tensor, _ pass: NetworkPass) throws(MVError) -> Tensor

  /// The tensors of this part, in PyTorch's order and with PyTorch's names.
  var state: [NamedTensor] { get }
}
