import MVCore
import MVRepresentations

/// All rows of `images`, one after another.
func rows(of representation: some Representation, _ images: ImageBatch) throws(MVError) -> [Float] {
  let count = try representation.layout(for: images.shape).count
  var values = [Float](repeating: .nan, count: images.count * count)
  var span = values.mutableSpan
  try representation.compute(images, into: &span)
  return values
}
