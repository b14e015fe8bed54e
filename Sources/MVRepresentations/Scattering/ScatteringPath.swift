/// The wavelets that one scattering coefficient went through: none, one, or two of increasing scale.
struct ScatteringPath: Hashable {
  /// One wavelet: its scale j and the index of its angle.
  struct Wavelet: Hashable {
    let scale: Int
    let angle: Int
  }

  /// The wavelets, in the order in which they are applied to the image.
  let wavelets: [Wavelet]

  /// The path as text: `""`, `"j0 t3"` or `"j0 t3 j1 t5"`.
  var label: String { wavelets.map { "j\($0.scale) t\($0.angle)" }.joined(separator: " ") }

  /// All paths in kymatio's order: order 0, then 1, then 2; within an order by scale and angle of each wavelet in turn.
  static func all(scales: Int, angles: Int, order: Int) -> [ScatteringPath] {
    let wavelets = (0..<scales).flatMap { scale in (0..<angles).map { Wavelet(scale: scale, angle: $0) } }
    var paths = [ScatteringPath(wavelets: [])] + wavelets.map { ScatteringPath(wavelets: [$0]) }
    if order == 2 {
      for first in wavelets {
        paths += wavelets.filter { $0.scale > first.scale }.map { ScatteringPath(wavelets: [first, $0]) }
      }
    }
    return paths
  }
}
