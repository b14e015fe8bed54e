internal import CTorch
internal import MVCore

extension Tensor {
  /// A map N x C x H x W at another size, by bicubic interpolation of a kind.
  ///
  /// `factors`, of height and width, say where pixels lie, instead of the ratios of the sizes.
  func resized(
    height: Int, width: Int, _ kind: MVTBicubic, factors: (Double, Double) = (0, 0)
  ) throws(MVError) -> Tensor {
    try Tensor(during: "resizing") {
      mvt_resize_bicubic(handle, Int64(height), Int64(width), kind, factors.0, factors.1, $0)
    }
  }

  /// The mean over squares of `kernel` pixels, which do not overlap; a rest at the edge is left out.
  func averagePooled(kernel: Int) throws(MVError) -> Tensor {
    try Tensor(during: "average pooling") { mvt_average_pool2d(handle, Int64(kernel), $0) }
  }

  /// Every `stride`-th pixel, with `channels` channels of zeros before the others and as many after them.
  func padded(stride: Int, channels: Int) throws(MVError) -> Tensor {
    try Tensor(during: "padding channels") { mvt_pad_channels(handle, Int64(stride), Int64(channels), $0) }
  }
}
