internal import CKernels
internal import MVCore
internal import Synchronization

/// The tables of a scattering transform of one image size, made once and then shared, read-only, by all threads.
final class ScatteringPlan: Sendable {
  /// What a plan depends on.
  struct Key: Hashable {
    let geometry: ScatteringGeometry
    let angles: Int
    let order: Int
  }

  /// How many plans are kept for later calls; a plan of 224-pixel images takes a few megabytes.
  private static let kept = 8
  /// The latest plans, the most recent last.
  private static let cache = Mutex<[(key: Key, plan: ScatteringPlan)]>([])

  /// The kernel's tables; nothing writes to them after `init`.
  nonisolated(unsafe) private let handle: OpaquePointer

  /// The plan of `scattering` for images of `geometry`: one of the latest, or a new one.
  static func shared(for scattering: Scattering, geometry: ScatteringGeometry) throws(MVError) -> ScatteringPlan {
    let key = Key(geometry: geometry, angles: scattering.angles, order: scattering.order)
    // Made under the lock: another thread that wants the same plan would only do the same work.
    return try cache.withLock { (plans) throws(MVError) -> ScatteringPlan in
      let plan: ScatteringPlan
      if let index = plans.firstIndex(where: { $0.key == key }) {
        plan = plans.remove(at: index).plan
      } else {
        plan = try ScatteringPlan(key)
        if plans.count == kept { plans.removeFirst() }
      }
      plans.append((key, plan))
      return plan
    }
  }

  /// Computes the filters of `key` and hands them to the kernel.
  init(_ key: Key) throws(MVError) {
    let geometry = key.geometry
    let sides = [geometry.paddedHeight, geometry.paddedWidth]
    let rows = geometry.rows.map { Int32($0) }
    let columns = geometry.columns.map { Int32($0) }
    let created = rows.withUnsafeBufferPointer { rows in
      columns.withUnsafeBufferPointer { columns in
        var sizes = mvk_scattering_sizes(
          height: geometry.height, width: geometry.width, plane_height: sides[0], plane_width: sides[1],
          rows: rows.baseAddress, columns: columns.baseAddress, scales: Int32(geometry.scales),
          angles: Int32(key.angles), order: Int32(key.order))
        return mvk_scattering_create(&sizes)
      }
    }
    guard let created else { throw Self.outOfMemory }
    handle = created
    let filters = ScatteringFilters(
      height: sides[0], width: sides[1], scales: geometry.scales, angles: key.angles)
    for scale in 0..<geometry.scales {
      for angle in 0..<key.angles {
        let spectrum = filters.wavelet(scale: scale, angle: angle)
        // Only wavelets of larger scales see a band that has been halved.
        for level in 0..<max(scale, 1) {
          let band = filters.cropped(spectrum, level: level)
          mvk_scattering_set_wavelet(handle, Int32(scale), Int32(angle), Int32(level), band)
        }
      }
    }
    for (axis, side) in sides.enumerated() {
      for level in 0..<geometry.scales {
        let taps = filters.lowPassTaps(length: side, level: level)
        guard mvk_scattering_set_low_pass(handle, Int32(level), Int32(axis), taps) == 1 else { throw Self.outOfMemory }
      }
    }
  }

  deinit { mvk_scattering_destroy(handle) }

  /// Transforms `images` into `rows`, on the best of the instruction sets in the bit set `targets` (0 means all).
  func run(_ images: ImageBatch, into rows: inout MutableSpan<Float>, targets: Int64 = 0) throws(MVError) {
    let channels = images.shape.channels
    let status = rows.withUnsafeMutableBufferPointer { rows in
      switch images.pixels {
      case .uint8(let values):
        mvk_scattering_run(handle, values, nil, images.count, channels, rows.baseAddress, targets)
      case .float32(let values):
        mvk_scattering_run(handle, nil, values, images.count, channels, rows.baseAddress, targets)
      }
    }
    guard status == 1 else { throw Self.outOfMemory }
  }

  private static let outOfMemory = MVError.internalFault(
    "scattering", "has too little memory", remedy: "use smaller images or fewer threads")
}
