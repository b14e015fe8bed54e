// A source of images of one's own: anything that knows its splits and draws or reads batches.
//
// swift run -c release own-source [FOLDER]
import Foundation
import MVCore
import MVDatasets
import MVExtraction
import MVRepresentations
import MVStore

/// Stripes of a random width, across or along: two classes.
struct StripedImages: ImageSource {
  let contents: SourceContents

  init(count: Int) {
    let train = SourceSplit(
      name: "train", shape: ImageShape(height: 32, width: 32, channels: 1),
      labels: .single((0..<count).map { Int64($0 % 2) }),
      ids: (0..<count).lazy.map { "striped/\($0)" })
    contents = SourceContents(
      name: "striped", location: "striped:\(count)", classNames: ["across", "along"],
      splits: [train],
      fingerprint: "striped-1 count \(count)")
  }

  func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    var pixels: [UInt8] = []
    for row in rows {
      // An image is a function of its row alone, so that batches and resumed runs agree.
      var random = SeededGenerator(seed: 1, keys: UInt64(row))
      let width = Int.random(in: 2...6, using: &random)
      for y in 0..<split.shape.height {
        for x in 0..<split.shape.width {
          pixels.append((row % 2 == 0 ? y : x) / width % 2 == 0 ? 40 : 210)
        }
      }
    }
    return ImageBatch(count: rows.count, shape: split.shape, pixels: .uint8(pixels))
  }
}

let folder = CommandLine.arguments.dropFirst().first ?? NSTemporaryDirectory()
let file = URL(filePath: folder).appending(path: "striped.h5")
let source = StripedImages(count: 60)
try Extraction(of: [HOG(), LBP()], from: source, to: file).run()

let store = try FeatureFile(reading: file)
print(store.dataset, store.classNames, store.splits.map { "\($0.name): \($0.count)" })
