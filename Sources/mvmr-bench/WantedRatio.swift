/// How many times as fast as its peer, or as small, each work shall be.
enum WantedRatio {
  static let neighbors = 2.0
  static let probe = 25.0
  static let hardProbe = 8.0
  static let sequentialWrite = 0.8
  static let sequentialRead = 0.8
  static let narrowBatches = 0.9
  static let wideBatches = 5.0
  static let bfloat16Step = 1.5
  static let float32Step = 2.7
  static let smallContrastiveStep = 3.0
  static let contrastiveStep = 2.0
  static let distanceCorrelation = 2.0
  static let memory = 1.0
  static let exactFrame = 1.5
  static let fastFrame = 2.0
  static let views = 8.0
  static let embedding = 0.9
}
