internal import CKernels
public import MVCore

extension ColorHistogram {
  /// Computes one row per image.
  ///
  /// Throws where `layout(for:)` throws, where `rows` has another size, and for pixels that it cannot describe.
  public func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {
    let layout = try checkedLayout(for: images, values: rows.count)
    let images = try bytes(of: images)
    let settings = mvk_color_settings(
      space: space.kernelValue, bins: Int32(bins), joint: joint ? 1 : 0, grid: Int32(finestGrid))
    let cellBins = withUnsafePointer(to: settings) { mvk_color_bins($0) }
    var tables = [Int32](repeating: 0, count: 3 * 1024)
    withUnsafePointer(to: settings) { mvk_color_tables($0, &tables) }
    var counts = [UInt32](repeating: 0, count: finestGrid * finestGrid * cellBins)
    withUnsafePointer(to: settings) { settings in
      counts.withUnsafeMutableBufferPointer { counts in
        images.eachRow(
          of: layout.count, in: &rows, scratch: mvk_color_scratch(settings, images.shape.width)
        ) { image, row, scratch in
          mvk_color_histogram(settings, tables, image, counts.baseAddress, scratch)
          fill(row, with: counts, cellBins: cellBins)
        }
      }
    }
  }

  /// Writes the cells of all levels, coarse levels first, from the counts of the finest level.
  private func fill(_ row: UnsafeMutablePointer<Float>, with counts: UnsafeMutableBufferPointer<UInt32>, cellBins: Int)
  {
    var row = row
    for level in 0..<pyramid {
      let side = 1 << level
      let fold = finestGrid / side
      for cell in 0..<side * side {
        if fold == 1 {
          normalize(UnsafeBufferPointer(rebasing: counts[cell * cellBins..<(cell + 1) * cellBins]), into: row)
        } else {
          var sums = [UInt32](repeating: 0, count: cellBins)
          for y in 0..<fold {
            for x in 0..<fold {
              let from = ((cell / side * fold + y) * finestGrid + cell % side * fold + x) * cellBins
              for bin in 0..<cellBins { sums[bin] += counts[from + bin] }
            }
          }
          sums.withUnsafeBufferPointer { normalize($0, into: row) }
        }
        row += cellBins
      }
    }
  }

  private func normalize(_ counts: UnsafeBufferPointer<UInt32>, into row: UnsafeMutablePointer<Float>) {
    // Counts fit in signed numbers, which convert to floats several at a time.
    switch norm {
    case .none:
      for bin in counts.indices { row[bin] = Float(Int32(bitPattern: counts[bin])) }
    case .l1:
      let scale = 1 / total(of: counts)
      for bin in counts.indices { row[bin] = Float(Int32(bitPattern: counts[bin])) * scale }
    case .l2:
      let scale = Float(1 / counts.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
      for bin in counts.indices { row[bin] = Float(Int32(bitPattern: counts[bin])) * scale }
    case .hellinger:
      let scale = 1 / total(of: counts)
      for bin in counts.indices { row[bin] = (Float(Int32(bitPattern: counts[bin])) * scale).squareRoot() }
    }
  }

  private func total(of counts: UnsafeBufferPointer<UInt32>) -> Float {
    var sum: UInt32 = 0
    for count in counts { sum &+= count }
    return Float(sum)
  }
}

extension ColorHistogram.Space {
  var kernelValue: Int32 {
    switch self {
    case .rgb: Int32(MVK_COLOR_RGB)
    case .hsv: Int32(MVK_COLOR_HSV)
    case .lab: Int32(MVK_COLOR_LAB)
    case .opponent: Int32(MVK_COLOR_OPPONENT)
    }
  }
}
