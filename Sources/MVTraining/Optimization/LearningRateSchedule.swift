internal import Foundation

/// The learning rate as a function of the step.
public struct LearningRateSchedule: Hashable, Sendable {
  /// The shape of the schedule.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Linear from the lowest rate to the full one during the warm-up, then half a cosine down to the lowest; as
    /// released.
    case warmupCosine = "warmup_cosine"
    /// Half a cosine from the full rate down to the lowest.
    case cosine
    /// The full rate, multiplied by a factor at each milestone.
    case multistep
    /// The full rate at every step.
    case constant
    /// The full rate during the warm-up, then cosine waves between it and the lowest, one in two epochs; as the
    /// released distillation.
    case cosineWaves = "cosine_waves"
    /// Half a cosine from the full rate down to the lowest, again and again (Loshchilov and Hutter 2017).
    case cosineRestarts = "cosine_restarts"
  }

  /// The shape of the schedule.
  public var kind: Kind
  /// The full rate.
  public var highest: Double
  /// The rate at which warm-up starts and the cosine ends.
  public var lowest: Double
  /// The number of steps of warm-up.
  public var warmupSteps: Int
  /// The number of steps in the whole run.
  public var totalSteps: Int
  /// The steps, from 0, at which the rate falls, for ``Kind/multistep``.
  public var milestones: [Int]
  /// The factor on the rate at each milestone.
  public var gamma: Double
  /// The number of steps in an epoch: half a wave of ``Kind/cosineWaves``.
  public var stepsPerEpoch = 1
  /// The batches of a step, for ``Kind/cosineWaves``, which counts batches.
  public var batchesPerStep = 1
  /// The batches of validation that ``Kind/cosineWaves`` counts in each epoch behind the warm-up.
  public var waveBatches = 0
  /// The number of steps before the first restart, for ``Kind/cosineRestarts``.
  public var restartSteps = 1
  /// The number of times that each part of ``Kind/cosineRestarts`` is as long as the one before.
  public var restartFactor = 1

  /// The rate of the step `step`, counted from 0.
  public func rate(at step: Int) -> Double {
    switch kind {
    case .constant: return highest
    case .multistep: return highest * pow(gamma, Double(milestones.count { $0 <= step }))
    case .cosine: return cosine(step, of: totalSteps)
    case .warmupCosine:
      guard step >= warmupSteps else {
        return lowest + (highest - lowest) * Double(step) / Double(warmupSteps)
      }
      return cosine(step - warmupSteps, of: totalSteps - warmupSteps)
    case .cosineRestarts:
      var (place, length) = (step, max(restartSteps, 1))
      if restartFactor == 1 { place %= length }
      while place >= length {
        place -= length
        length *= restartFactor
      }
      return cosine(place, of: length)
    case .cosineWaves:
      return lowest + (highest - lowest) * (1 + cos(Double.pi * waves(at: step) / Double(stepsPerEpoch))) / 2
    }
  }

  /// How far the waves have run at `step`, in steps.
  ///
  /// The released schedule moves on at the end of each epoch; behind the warm-up also before each update, once a batch,
  /// and once a batch of validation.
  private func waves(at step: Int) -> Double {
    let (epoch, place) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
    // An epoch whose part is warm-up is warm-up whole.
    let warmup = (warmupSteps + stepsPerEpoch - 1) / stepsPerEpoch
    guard epoch >= warmup else { return Double(epoch) / Double(batchesPerStep) }
    let between = Double(warmup + (epoch - warmup) * (1 + waveBatches)) / Double(batchesPerStep)
    return between + Double((epoch - warmup) * stepsPerEpoch + place + 1)
  }

  private func cosine(_ step: Int, of steps: Int) -> Double {
    lowest + (highest - lowest) * (1 + cos(Double.pi * Double(step) / Double(max(steps, 1)))) / 2
  }
}
