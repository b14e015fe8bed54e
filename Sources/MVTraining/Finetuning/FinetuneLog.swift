internal import Foundation
internal import MVCore

/// The file `losses.csv` of fine-tuning: one line per epoch, from the checkpoint, so that a kill leaves no half line.
enum FinetuneLog {
  static let header =
    "epoch,step,loss,top1,held_out_loss,held_out_top1,learning_rate,head_rate"

  static func text(_ epochs: [FinetuneEpoch]) -> String {
    let lines = epochs.map { epoch in
      let numbers: [Double?] = [
        epoch.loss, epoch.top1, epoch.heldOutLoss, epoch.heldOutTop1, epoch.learningRate, epoch.headRate,
      ]
      let fields = numbers.map { $0.map { String(format: "%.7g", $0) } ?? "" }
      return (["\(epoch.epoch)", "\(epoch.step)"] + fields).joined(separator: ",")
    }
    return ([header] + lines).joined(separator: "\n") + "\n"
  }
}
