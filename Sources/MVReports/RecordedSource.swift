internal import Foundation
public import MVCore
public import MVDatasets
internal import MVImaging
public import MVStore

/// Where a feature file says its images are: guesses to try, the likeliest first.
///
/// A file records the command that made it, where the data set was, its kind, and the size of the images.
public struct RecordedSource: Hashable, Sendable {
  /// One way to open the images.
  public struct Candidate: Hashable, Sendable {
    /// The source.
    public let specification: SourceSpecification
    /// The size that images are brought to; nil for their own.
    public let size: ImageSize?
    /// Whether they are turned as their EXIF orientation says.
    public let honorsOrientation: Bool
  }

  /// The ways, each once.
  public let candidates: [Candidate]

  /// Reads what `file` records.
  public init(of file: FeatureFileDescription) {
    var found: [Candidate] = []
    func add(_ text: String, size: ImageSize?, exif: Bool) {
      guard let specification = try? SourceSpecification(parsing: text) else { return }
      let candidate = Candidate(specification: specification, size: size, honorsOrientation: exif)
      if !found.contains(candidate) { found.append(candidate) }
    }
    let words = Self.words(of: file.software["command"] ?? "")
    if let source = words.first(where: { (try? SourceSpecification(parsing: $0)) != nil }) {
      let size = words.firstIndex(of: "--size").flatMap { words.dropFirst($0 + 1).first }
      let joined = words.first { $0.hasPrefix("--size=") }.map { String($0.dropFirst(7)) }
      add(source, size: (size ?? joined).flatMap { try? ImageSize(parsing: $0) }, exif: words.contains("--exif"))
    }
    var sizes: [ImageSize?] = [nil]
    if case .int(let height) = file.settings["height"], case .int(let width) = file.settings["width"],
      (1...32768).contains(height), (1...32768).contains(width)
    {
      sizes.append(ImageSize(height: height, width: width))
    }
    for exif in [false, true] {
      for size in sizes { add("\(file.dataset):\(file.location)", size: size, exif: exif) }
    }
    candidates = found
  }

  /// The first candidate that opens as just what the file was made from, by its fingerprint; or why there is none.
  ///
  /// Else the first that opens, which may be a copy or written since: its ids and labels are still to be compared.
  public func open(fingerprint: String) -> Result<any ImageSource, MVError> {
    var first: MVError?
    var opened: (any ImageSource)?
    for candidate in candidates {
      do throws(MVError) {
        let source = try candidate.specification.open(
          size: candidate.size, decoding: Decoding(honorsOrientation: candidate.honorsOrientation))
        if source.contents.fingerprint == fingerprint { return .success(source) }
        opened = opened ?? source
      } catch { first = first ?? error }
    }
    if let opened { return .success(opened) }
    return .failure(first ?? .missingInput("source", "is not recorded in the file"))
  }

  /// The words of a command line, as a shell would part them; single quotes hold words together.
  static func words(of line: String) -> [String] {
    var words: [String] = []
    var word = ""
    var isOpen = false
    var isQuoted = false
    var characters = line.makeIterator()
    while let character = characters.next() {
      switch character {
      case "'":
        isQuoted.toggle()
        isOpen = true
      case "\\" where !isQuoted:
        if let next = characters.next() { word.append(next) }
        isOpen = true
      case " " where !isQuoted:
        if isOpen { words.append(word) }
        (word, isOpen) = ("", false)
      default:
        word.append(character)
        isOpen = true
      }
    }
    if isOpen { words.append(word) }
    return words
  }
}
