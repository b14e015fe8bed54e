public import MVStore

/// One representation of the plain images; training makes the embedding depend on it.
public struct TrainingTarget: Sendable {
  /// The origin of a target's rows.
  public enum Origin: Sendable {
    /// Rows that were computed before, one per image, in the order of the images.
    case stored(FeatureMatrix)
    /// The normalized plain image itself, computed during the step.
    case pixels
    /// A teacher's embedding of the plain image, computed during the step.
    case teacher(Teacher)
    /// Another random view of the image, normalized, computed while batches are prepared.
    case augmented
  }

  /// The name of the target; its loss term is called `1-dcor_NAME`, and its weight is set under the name.
  public let name: String
  /// The origin of the rows.
  public let origin: Origin
  /// The factor on rows before distances are taken; it only matters because squared distances are clamped at 1e-4.
  public let scale: Double

  /// Creates a target of rows that were computed before, one per image.
  public static func stored(_ name: String, _ rows: FeatureMatrix, scale: Double = 1) -> TrainingTarget {
    TrainingTarget(name: name, origin: .stored(rows), scale: scale)
  }

  /// Creates a target of a teacher's embedding of the plain image, under the teacher's name.
  public static func teacher(_ teacher: Teacher) -> TrainingTarget {
    TrainingTarget(name: teacher.settings.label, origin: .teacher(teacher), scale: teacher.settings.scale)
  }

  /// Whether its rows are computed from plain images in the step.
  var isOfPlainImages: Bool {
    switch origin {
    case .pixels, .teacher: true
    case .stored, .augmented: false
    }
  }

  /// The same rows with another factor.
  func scaled(by scale: Double) -> TrainingTarget { TrainingTarget(name: name, origin: origin, scale: scale) }

  /// The normalized plain image, called `pixels`; its factor is 1/32, as released.
  public static let pixels = TrainingTarget(name: "pixels", origin: .pixels, scale: 1.0 / 32)

  /// Another random view, called `augment`, by the run's policy or as released; its factor is 1/32, as released.
  public static let augmented = TrainingTarget(name: "augment", origin: .augmented, scale: 1.0 / 32)
}
