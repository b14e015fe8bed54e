internal import CKernels
internal import Foundation
public import MVCore

extension LBP {
  /// Computes one row per image.
  ///
  /// Throws where `layout(for:)` throws, where `rows` has another size, and for pixels that it cannot describe.
  public func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    let layout = try checkedLayout(for: images, values: rows.count)
    let (height, width) = (images.shape.height, images.shape.width)
    let table = output == .histogram ? codeTable : nil
    let offsets = neighborOffsets
    var counts = [UInt32](repeating: 0, count: table == nil ? 0 : layout.count)
    // Histograms are divided in double precision and rounded once.
    let shares = table.map { cellShares(of: images.shape, bins: $0.bins) } ?? []
    func finish(_ counts: UnsafeBufferPointer<UInt32>, _ row: UnsafeMutablePointer<Float>) {
      for cell in shares {
        for index in cell.bins { row[index] = Float(Double(counts[index]) / cell.pixels) }
      }
    }
    offsets.rows.withUnsafeBufferPointer { offsetRows in
      offsets.columns.withUnsafeBufferPointer { offsetColumns in
        (table?.bin ?? []).withUnsafeBufferPointer { map in
          let settings = mvk_lbp_settings(
            points: Int32(points), method: method.kernelValue, padding: Int32(radius.rounded(.up)) + 1,
            bins: Int32(table?.bins ?? 1), grid: Int32(grid), rows: offsetRows.baseAddress,
            columns: offsetColumns.baseAddress, map: map.isEmpty ? nil : map.baseAddress)
          withUnsafePointer(to: settings) { settings in
            counts.withUnsafeMutableBufferPointer { counts in
              images.eachRow(
                of: layout.count, in: &rows, scratch: mvk_lbp_scratch(settings, height, width)
              ) { image, row, scratch in
                if table == nil {
                  mvk_lbp_map(settings, image, row, scratch)
                } else {
                  mvk_lbp_histogram(settings, image, counts.baseAddress, scratch)
                  finish(UnsafeBufferPointer(counts), row)
                }
              }
            }
          }
        }
      }
    }
  }

  /// The offsets of the neighbors from their pixel, rounded to 5 decimals as scikit-image does.
  private var neighborOffsets: (rows: [Double], columns: [Double]) {
    func rounded(_ value: Double) -> Double { (value * 1e5).rounded(.toNearestOrEven) / 1e5 }
    let angles = (0..<points).map { 2 * Double.pi * Double($0) / Double(points) }
    return (angles.map { rounded(-radius * sin($0)) }, angles.map { rounded(radius * cos($0)) })
  }

  /// For each cell, the indices of its bins in a row and its number of pixels.
  private func cellShares(of shape: ImageShape, bins: Int) -> [(bins: Range<Int>, pixels: Double)] {
    func length(_ cell: Int, of side: Int) -> Int { (cell + 1) * side / grid - cell * side / grid }
    return (0..<grid * grid).map { cell in
      let pixels = length(cell / grid, of: shape.height) * length(cell % grid, of: shape.width)
      return (cell * bins..<(cell + 1) * bins, Double(pixels))
    }
  }
}

extension LBP.Method {
  var kernelValue: Int32 {
    switch self {
    case .default: Int32(MVK_LBP_DEFAULT)
    case .rotationInvariant: Int32(MVK_LBP_ROR)
    case .uniform: Int32(MVK_LBP_UNIFORM)
    case .nonRotationInvariantUniform: Int32(MVK_LBP_NRI_UNIFORM)
    case .variance: Int32(MVK_LBP_VAR)
    }
  }
}
