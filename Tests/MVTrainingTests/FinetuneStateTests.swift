import Foundation
import MVCore
import Testing

@testable import MVTraining

/// What a checkpoint says of fine-tuning may be anything.
struct FinetuneStateTests {
  private static let whole = """
    {"settings": {}, "network": "a", "networkFingerprint": "b", "labels": "all", "imagesFingerprint": "c",
     "classNames": [], "classes": 10, "images": 100, "heldOutImages": 10, "stepsPerEpoch": 4, "step": 4,
     "epochs": [{"epoch": 1, "step": 4, "loss": 2.5, "top1": 0.5, "heldOutTop1": 0.25, "learningRate": 0.1,
                 "headRate": 0.1}],
     "partial": {"loss": 1.5, "hits": 3, "images": 8}, "labelChoice": {"share": {"_0": 0.5, "seed": 1}}}
    """

  private func state(_ text: String) throws -> FinetuneState {
    try JSONDecoder().decode(FinetuneState.self, from: Data(text.utf8))
  }

  @Test func aRunThatCanBe() throws { #expect(try state(Self.whole).isPossible) }

  @Test(arguments: [
    (#""seed": 1"#, #""seed": -1"#), (#""_0": 0.5"#, #""_0": 1e300"#), (#""_0": 0.5"#, #""_0": 0"#),
    (#""hits": 3"#, #""hits": 9223372036854775807"#), (#""images": 8"#, #""images": 9223372036854775807"#),
    (#""hits": 3"#, #""hits": 9"#), (#""loss": 2.5"#, #""loss": 1e308"#), (#""top1": 0.5"#, #""top1": 1e300"#),
    (#""heldOutTop1": 0.25"#, #""heldOutTop1": -1e300"#), (#""loss": 1.5"#, #""loss": 1e308"#),
    (#""learningRate": 0.1"#, #""learningRate": -1e308"#), (#""epoch": 1"#, #""epoch": 0"#),
    (#""classes": 10"#, #""classes": 0"#), (#""stepsPerEpoch": 4"#, #""stepsPerEpoch": 0"#),
  ])
  func runsThatCannotBe(_ old: String, _ new: String) throws {
    let text = Self.whole.replacing(old, with: new, maxReplacements: 1)
    try #require(text != Self.whole)
    #expect(try !state(text).isPossible)
  }
}
