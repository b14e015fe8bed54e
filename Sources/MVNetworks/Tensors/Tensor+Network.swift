internal import CTorch
package import MVCore

extension Tensor {
  /// Creates a normalized batch N x C x H x W, `(byte / 255 - mean) / deviation`, from bytes N x H x W x C.
  ///
  /// `channelsLast` keeps the bytes' own order in memory, which convolutions on the CPU are fastest with.
  package convenience init(
    images pixels: [UInt8], count: Int, shape: ImageShape, mean: [Float], deviation: [Float], channelsLast: Bool
  ) throws(MVError) {
    precondition(pixels.count == count * shape.count && mean.count == shape.channels && deviation.count == mean.count)
    try self.init(during: "image batch") {
      mvt_tensor_from_images(
        pixels, Int64(count), Int64(shape.height), Int64(shape.width), Int64(shape.channels), mean, deviation,
        channelsLast, $0)
    }
  }

  /// `max(0, self + other)`.
  package func addingThenRelu(_ other: Tensor) throws(MVError) -> Tensor {
    try Tensor(during: "residual sum") { mvt_add_relu(handle, other.handle, $0) }
  }

  /// The convolution of N x C x H x W with O x C x K x K, without bias.
  package func convolved(with weight: Tensor, stride: Int, padding: Int) throws(MVError) -> Tensor {
    try convolved(with: weight, stride: stride, padding: padding, intoBlocks: false)
  }

  /// The same; with `intoBlocks` the result is N x O/16 x H' x W' x 16, which needs ``Torch/hasChannelBlocks``.
  func convolved(with weight: Tensor, stride: Int, padding: Int, intoBlocks: Bool) throws(MVError) -> Tensor {
    try Tensor(during: "convolution") {
      mvt_conv2d(handle, weight.handle, Int64(stride), Int64(padding), intoBlocks, $0)
    }
  }

  /// The maximum over squares of `kernel` pixels.
  package func maxPooled(kernel: Int, stride: Int, padding: Int) throws(MVError) -> Tensor {
    try Tensor(during: "max-pooling") {
      mvt_max_pool2d(handle, Int64(kernel), Int64(stride), Int64(padding), $0)
    }
  }

  /// The mean over all pixels: N x C x H x W to N x C.
  package func globalAveragePooled() throws(MVError) -> Tensor {
    try applying(MVTGlobalAveragePool, "average pooling")
  }

  /// `self * weight^T + bias`.
  package func linear(weight: Tensor, bias: Tensor? = nil) throws(MVError) -> Tensor {
    try Tensor(during: "linear layer") { mvt_linear(handle, weight.handle, bias?.handle, $0) }
  }

  /// The rows at positions `range` of the first axis, in the same memory; throws where there are none such.
  package func rows(_ range: Range<Int>) throws(MVError) -> Tensor {
    try Tensor(during: "rows") { mvt_rows(handle, Int64(range.lowerBound), Int64(range.count), $0) }
  }

  /// The same values with channels fastest in memory.
  package func channelsLast() throws(MVError) -> Tensor { try applying(MVTChannelsLast, "memory layout") }

  /// Batch normalization over axis 1; throws where the shapes do not fit.
  ///
  /// In training (`views` above 0) it uses the statistics of each of `views` equal parts of the batch, and updates the
  /// running statistics in place. With a group, a part is that of all its ranks.
  func batchNormalized(
    weight: Tensor, bias: Tensor, runningMean: Tensor, runningVariance: Tensor, views: Int,
    over group: ProcessGroup? = nil, momentum: Double, epsilon: Double, relu: Bool
  ) throws(MVError) -> Tensor {
    try Tensor(during: "batch normalisation") {
      mvt_batch_norm(
        handle, weight.handle, bias.handle, runningMean.handle, runningVariance.handle, Int64(views), group?.handle,
        momentum, epsilon, relu, $0)
    }
  }
}
