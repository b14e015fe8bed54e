public import MVStore

/// One representation of the plain images that the embedding is made dependent on.
public struct TrainingTarget: Sendable {
  /// Where its rows come from.
  public enum Origin: Sendable {
    /// Rows computed before, one an image, in the images' order.
    case stored(FeatureMatrix)
    /// The normalized plain image itself, computed in the step.
    case pixels
    /// What a teacher makes of the plain image, computed in the step.
    case teacher(Teacher)
    /// Another random view of the image, normalized, computed in the step.
    case augmented
  }

  /// The name its loss term and its weight go by.
  public let name: String
  /// Where its rows come from.
  public let origin: Origin
  /// What rows are multiplied by before distances are taken; it matters only beside the clamp of 1e-4 on squares.
  public let scale: Double

  /// Rows computed before, one an image.
  public static func stored(_ name: String, _ rows: FeatureMatrix, scale: Double = 1) -> TrainingTarget {
    TrainingTarget(name: name, origin: .stored(rows), scale: scale)
  }

  /// A teacher's embedding of the plain image, under the teacher's name.
  public static func teacher(_ teacher: Teacher) -> TrainingTarget {
    TrainingTarget(name: teacher.settings.label, origin: .teacher(teacher), scale: teacher.settings.scale)
  }

  /// The normalized plain image, as `pixels`; scaled by 1/32 as released.
  public static let pixels = TrainingTarget(name: "pixels", origin: .pixels, scale: 1.0 / 32)

  /// Another random view by the run's policy, as `augment`; scaled by 1/32 as released.
  public static let augmented = TrainingTarget(name: "augment", origin: .augmented, scale: 1.0 / 32)
}
