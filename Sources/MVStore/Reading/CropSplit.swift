internal import Foundation

/// A split that holds random crops of another split's images, one a row: `train.crop1`, `train.crop2` and so on.
public enum CropSplit {
  private static let mark = ".crop"

  /// The name of the crops with this number, from 1, of a split.
  public static func name(_ number: Int, of split: String) -> String { "\(split)\(mark)\(number)" }

  /// The split whose images a split of this name holds crops of; nil for any other name.
  public static func base(of name: String) -> String? {
    guard let range = name.range(of: mark, options: .backwards), range.lowerBound > name.startIndex,
      let number = Int(name[range.upperBound...]), number > 0,
      Self.name(number, of: String(name[..<range.lowerBound])) == name
    else { return nil }
    return String(name[..<range.lowerBound])
  }
}

extension FeatureFile {
  /// The splits with crops of the images of `split`, from the first on without a gap.
  public func crops(of split: String) -> [FeatureSplit] {
    var found: [FeatureSplit] = []
    while let crop = splits.first(where: { $0.name == CropSplit.name(found.count + 1, of: split) }) {
      found.append(crop)
    }
    return found
  }
}
