extension NetworkCatalogue {
  /// The networks of this package; a new one is an entry of one of these lists.
  public static let standard = NetworkCatalogue(residual + supervised + selfSupervised + clip)
}
