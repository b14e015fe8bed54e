internal import CKernels
internal import MVCore
internal import MVRepresentations
internal import Synchronization

extension RepresentationChecks {
  func checkShape(of representation: some Representation, _ log: inout CheckLog) throws(MVError) {
    for batch in batches(for: representation) {
      let layout = try representation.layout(for: batch.shape)
      log.expect(
        layout.count > 0 && layout.shape.count == layout.axes.count,
        "the shape \(layout.shape) has the axes \(layout.axes) for images of \(batch.shape)")
      for (axis, labels) in layout.labels.sorted(by: { $0.key < $1.key }) {
        let length = layout.axes.firstIndex(of: axis).map { layout.shape[$0] }
        log.expect(
          labels.count == length, "\(labels.count) labels are given for axis \(axis) of length \(length ?? 0)")
      }
      // The buffer starts as NaN: what is finite was written.
      let values = try rows(of: representation, batch)
      let missing = values.firstIndex { !$0.isFinite }
      log.expect(missing == nil, "value \(missing ?? 0) of images of \(batch.shape) is not finite or was not written")
      let alone = try representation.features(of: batch[0]).layout
      log.expect(alone == layout, "one image has the layout \(alone.shape), a batch \(layout.shape)")
    }
  }

  func checkBatchesAndThreads(of representation: some Representation, _ log: inout CheckLog) throws(MVError) {
    for batch in batches(for: representation) {
      let together = try rows(of: representation, batch)
      log.expect(
        try rows(of: representation, batch).elementsEqual(together),
        "the same images of \(batch.shape) have other rows the second time")
      let count = together.count / batch.count
      let alone = Mutex([Int: [Float]]())
      // Every image several times, so that threads do meet.
      try Parallel.forEach(batch.count * 4, threads: 4) { (index) throws(MVError) in
        let row = try representation.features(of: batch[index % batch.count]).values
        alone.withLock { $0[index] = row }
      }
      for (index, row) in alone.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
        let image = index % batch.count
        log.expect(
          row.elementsEqual(together[image * count..<(image + 1) * count]),
          "image \(image) of \(batch.shape) has another row alone, on one of four threads, than in a batch")
      }
    }
  }

  func checkImagesStay(_ representation: some Representation, _ log: inout CheckLog) throws(MVError) {
    for batch in batches(for: representation) {
      switch batch.pixels {
      case .uint8(let values):
        let copy = values.map { $0 }
        _ = try rows(of: representation, batch)
        log.expect(values == copy, "pixels of \(batch.shape) were changed")
      case .float32(let values):
        let copy = values.map { $0 }
        _ = try rows(of: representation, batch)
        log.expect(values == copy, "float pixels of \(batch.shape) were changed")
      }
    }
  }

  func checkEmptyBatch(of representation: some Representation, _ log: inout CheckLog) throws(MVError) {
    let none = ImageBatch(count: 0, shape: images[0].shape, pixels: .uint8([]))
    log.expect(try rows(of: representation, none).isEmpty, "a batch without images has rows")
  }

  func checkInstructionSets(of representation: some Representation, _ log: inout CheckLog) throws(MVError) {
    let batches = batches(for: representation)
    let best = try batches.map { (batch) throws(MVError) in try rows(of: representation, batch) }
    let targets = mvk_targets()
    defer { mvk_force_targets(0) }
    for bit in 0..<63 where targets >> bit & 1 == 1 {
      mvk_force_targets(1 << bit)
      for (batch, expected) in zip(batches, best) {
        // A column of a sketch is a sum of many values, and so of many roundings.
        let size = representation.settingValues["sketch"] == nil ? 1 : max(1, expected.map(abs).max() ?? 0)
        let difference = zip(try rows(of: representation, batch), expected).reduce(Float(0)) {
          let difference = abs($1.0 - $1.1)
          return difference.isNaN ? .infinity : max($0, difference)
        }
        log.expect(
          difference <= 1e-6 * size, "rows of \(batch.shape) differ by \(difference) with instruction set \(bit)")
      }
    }
  }

  func checkPictures(of representation: some Representation, _ log: inout CheckLog) throws(MVError) {
    for batch in batches(for: representation) {
      let picture = try representation.picture(of: batch[0])
      log.expect(picture.shape.channels == 3, "the picture of an image of \(batch.shape) is not RGB")
      log.expect(
        min(picture.shape.height, picture.shape.width) >= 256,
        "the picture of an image of \(batch.shape) is only \(picture.shape)")
      if case .uint8(let values) = picture.pixels {
        log.expect(Set(values).count > 2, "the picture of an image of \(batch.shape) is empty")
      } else {
        log.expect(false, "the picture of an image of \(batch.shape) is not 8-bit")
      }
      log.expect(
        try representation.picture(of: batch[1]) != picture, "two images of \(batch.shape) have the same picture")
    }
  }
}
