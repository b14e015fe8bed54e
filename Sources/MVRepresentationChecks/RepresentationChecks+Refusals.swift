internal import MVCore
internal import MVRepresentations

extension RepresentationChecks {
  func checkFloatPixels(_ representation: some Representation, _ log: inout CheckLog) {
    let shape = ImageShape(height: images[0].shape.height, width: images[0].shape.width, channels: 1)
    let floats = ImageBatch(count: 1, shape: shape, pixels: .float32((0..<shape.count).map { Float($0 % 7) / 7 }))
    guard !type(of: representation).takesFloatPixels else {
      log.attempt { (_) throws(MVError) in _ = try rows(of: representation, floats) }
      return
    }
    let error = log.refusal(of: "float pixels", kind: .badData) { () throws(MVError) in
      _ = try rows(of: representation, floats)
    }
    guard let error else { return }
    log.expect(error.description.contains(name), "refuses float pixels without its name: '\(error)'")
  }

  func checkPixelsThatAreNotFinite(_ representation: some Representation, _ log: inout CheckLog) {
    let shape = ImageShape(height: images[0].shape.height, width: images[0].shape.width, channels: 3)
    for value in [Float.nan, .infinity, -.infinity] {
      var values = [Float](repeating: 0.5, count: 2 * shape.count)
      values[shape.count + shape.count / 2] = value
      let batch = ImageBatch(count: 2, shape: shape, pixels: .float32(values))
      let error = log.refusal(of: "a pixel that is \(value)", kind: .badData) { () throws(MVError) in
        _ = try rows(of: representation, batch)
      }
      guard let error else { continue }
      log.expect(
        error.row == 1 && error.place == "image 1",
        "does not say that image 1 of the batch has a pixel that is \(value): '\(error)'")
    }
  }

  func checkBuffers(of representation: some Representation, _ log: inout CheckLog) throws(MVError) {
    let batch = images[0]
    let right = batch.count * (try representation.layout(for: batch.shape).count)
    for size in [0, right - 1, right + 1] where size != right {
      var values = [Float](repeating: 0, count: size)
      _ = log.refusal(of: "a buffer of \(size) values for \(right)", kind: .usage) { () throws(MVError) in
        var span = values.mutableSpan
        try representation.compute(batch, into: &span)
      }
    }
  }

  func checkTooSmallImages(_ log: inout CheckLog) throws(MVError) {
    let subjects = entry.settings.map { "setting \($0.name)=" }
    for values in [[:], ["sketch": .int(1)]] + otherValues().map({ [$0.0: $0.1] }) {
      let representation = try entry.make(settings: values)
      for side in [1, 2, 3] {
        let shape = ImageShape(height: side, width: 50, channels: 3)
        do throws(MVError) {
          let count = try representation.layout(for: shape).count
          log.expect(count > 0, "rows of images of \(shape) would be empty with \(values)")
        } catch {
          log.expect(error.kind == .usage, "refuses images of \(shape) with an error of kind \(error.kind): '\(error)'")
          log.expect(
            subjects.contains { error.subject.hasPrefix($0) },
            "refuses images of \(shape) without a setting: '\(error)'")
        }
      }
    }
  }
}
