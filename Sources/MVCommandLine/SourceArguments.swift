public import MVCore
public import MVDatasets
internal import MVImaging

/// The arguments of a command that opens a source.
public enum SourceArguments {
  /// `--size` and `--exif`, as every command that opens a source takes them.
  public static let options: [Argument] = [
    .option("size", "HxW", "bring images to this size: cover it, cut out the centre"),
    .flag("exif", "turn images upright as their EXIF orientation says; torchvision does not"),
  ]

  /// Opens the source that `text` names, with the options given, and tells its notices on stderr.
  ///
  /// `size` stands in where `--size` is not given.
  public static func open(
    _ text: String, _ arguments: ParsedArguments, size: ImageSize? = nil
  ) throws(MVError) -> any ImageSource {
    let size = try arguments["size"].map { (text) throws(MVError) in try ImageSize(parsing: text) } ?? size
    let decoding = Decoding(honorsOrientation: arguments.has("exif"))
    let source = try SourceSpecification(parsing: text).open(size: size, decoding: decoding)
    for notice in source.contents.notices { Terminal.message("note: \(notice)") }
    return source
  }
}
