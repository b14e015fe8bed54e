public import MVCore
internal import Synchronization

/// What the files of images say before any is decoded: whether they have one size, and stand upright.
///
///     try ImageSurvey(of: source, splits: [split]).requireOneSize()
///
/// Sources that are not made of image files have nothing to say, and where images are brought to one size, sizes do not
/// count.
public struct ImageSurvey: Sendable {
  /// An image and its size.
  private struct Example: Sendable {
    let row: Int
    let id: String
    let size: ImageSize
  }

  private let location: String
  /// Of the first split whose images differ in size: an image with the split's size, and one with another.
  private let examples: (usual: Example?, other: Example)?
  /// The number of images whose size is another than that of the first of their split.
  public let differing: Int
  /// The number of images that EXIF says are turned, where decoding leaves them so.
  public let leftTurned: Int
  /// The number of images looked at.
  public let count: Int

  /// Looks at the headers of `rows` of each split, or of all rows where nil; images that say nothing are passed over.
  public init(of source: any ImageSource, splits: [SourceSplit], rows: [Range<Int>]? = nil) {
    location = source.contents.location
    var examples: (usual: Example?, other: Example)?
    var (differing, leftTurned, count) = (0, 0, 0)
    if let files = source as? any PhotographSource {
      for (place, split) in splits.enumerated() {
        let part = Part(of: files, split, rows?[place] ?? 0..<split.count)
        count += part.count
        differing += part.differing
        leftTurned += part.leftTurned
        if examples == nil, let other = part.other { examples = (part.usual, other) }
      }
    }
    self.examples = examples
    self.differing = differing
    self.leftTurned = leftTurned
    self.count = count
  }

  /// Throws where images differ in size: the error names two of them.
  ///
  /// With `skippingFew` images of another size count as bad ones, which may be left out, as long as they are the fewer.
  public func requireOneSize(skippingFew: Bool = false) throws(MVError) {
    guard let examples, !skippingFew || 2 * differing > count else { return }
    let usual = examples.usual.map { "\($0.id) is \($0.size), " } ?? ""
    throw .badData(
      location, "has images that differ in size: \(usual)\(examples.other.id) is \(examples.other.size)",
      remedy: "give --size HxW to bring all images to one size")
  }

  /// What a user should know, one line each.
  public var notices: [String] {
    guard leftTurned > 0 else { return [] }
    let verb = leftTurned == 1 ? "image has" : "images have"
    return ["\(leftTurned) \(verb) an EXIF orientation, which is not honored: --exif turns them upright"]
  }

  /// One split.
  private struct Part: Sendable {
    var differing = 0
    var leftTurned = 0
    var count = 0
    /// The first image of the split's size, and the first of another.
    var usual: Example?
    var other: Example?

    init(of files: any PhotographSource, _ split: SourceSplit, _ rows: Range<Int>) {
      let wanted = ImageSize(height: split.shape.height, width: split.shape.width)
      let step = 64
      let parts = Mutex<Part>(Part())
      Parallel.forEach((rows.count + step - 1) / step) { index in
        var own = Part()
        let start = rows.lowerBound + index * step
        for row in start..<min(start + step, rows.upperBound) {
          guard let header = files.photograph(of: row, in: split)?.header else { continue }
          own.count += 1
          if header.isLeftTurned { own.leftTurned += 1 }
          guard let size = header.size else { continue }
          let example = Example(row: row, id: split.ids[row], size: size)
          if size == wanted {
            own.usual = own.usual ?? example
          } else {
            own.differing += 1
            own.other = own.other ?? example
          }
        }
        parts.withLock { [own] in $0.add(own) }
      }
      self = parts.withLock { $0 }
    }

    private init() {}

    private mutating func add(_ part: Part) {
      differing += part.differing
      leftTurned += part.leftTurned
      count += part.count
      usual = Self.first(usual, part.usual)
      other = Self.first(other, part.other)
    }

    private static func first(_ left: Example?, _ right: Example?) -> Example? {
      guard let left, let right else { return left ?? right }
      return left.row < right.row ? left : right
    }
  }
}
