internal import CTorch
package import MVCore

extension [Tensor] {
  /// Moves each value by `share` of the way to that of `others`, which are alike in shape and layout.
  ///
  /// Throws where they are not.
  package func move(toward others: [Tensor], by share: Double) throws(MVError) {
    precondition(count == others.count, "one tensor for each")
    let handles = map { Optional($0.handle) }
    let targets = others.map { Optional($0.handle) }
    try check(mvt_move_averages(handles, targets, Int64(count), share), during: "moving averages")
  }
}
