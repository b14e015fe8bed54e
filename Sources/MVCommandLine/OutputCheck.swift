internal import Foundation
internal import MVCore

/// Looks at the outputs that a command was given, before it begins: none is lost after the work.
struct OutputCheck {
  private let arguments: [Argument]
  private let parsed: ParsedArguments

  init(_ arguments: [Argument], _ parsed: ParsedArguments) {
    self.arguments = arguments
    self.parsed = parsed
  }

  /// Throws where an output cannot be written, is one of the inputs, or is given by two options.
  func run() throws(MVError) {
    var seen: [String: String] = [:]
    let inputs = inputs()
    for argument in arguments {
      guard let kind = argument.output else { continue }
      for path in parsed.all(argument.name) {
        try kind.check(path, option: argument.parserName)
        let place = OutputCheck.identity(path) ?? URL(filePath: path).standardizedFileURL.path
        if let input = inputs[place], !(kind.mayBeInput && input.isWhole) {
          throw .usage(
            path, "is what \(input.argument) names, and would be overwritten",
            remedy: "give another place by \(argument.parserName)")
        }
        if let other = seen.updateValue(argument.parserName, forKey: place), !place.hasPrefix("stream") {
          throw .usage(path, "is given by \(other) as well", remedy: "name a place for each")
        }
      }
    }
  }

  /// A file that an argument names.
  private struct Input {
    /// The name of the argument.
    let argument: String
    /// Whether it is all that the command works on, and not a part of it.
    let isWhole: Bool
  }

  /// The files that the other arguments name, by what tells them apart.
  private func inputs() -> [String: Input] {
    var found: [String: Input] = [:]
    for argument in arguments where argument.output == nil && argument.form != .flag {
      let values = parsed.all(argument.name)
      for value in values {
        for path in OutputCheck.paths(in: value) {
          guard let identity = OutputCheck.identity(path) else { continue }
          let isWhole = argument.form == .positional && values.count == 1 && path == value
          // What is named by one part and as a whole by another must stay.
          if found[identity]?.isWhole == false { continue }
          found[identity] = Input(argument: argument.parserName, isWhole: isWhole)
        }
      }
    }
    return found
  }

  /// What may be a path in a value.
  ///
  /// Values are `a.h5`, `folder:photos,labels.csv`, `folder:train=a,test=b`, `train/clip=clip.npy`,
  /// `train/x=a.h5:train/hog`, `teacher.pt,size=32`.
  private static func paths(in value: String) -> [String] {
    let parts =
      [value[...]]
      + [":", "="].compactMap { mark in
        value.firstIndex(of: mark).map { value[value.index(after: $0)...] }
      }
    let pieces = parts.flatMap { part in [part] + part.split(separator: ",") }
    let named = pieces.compactMap { piece in piece.firstIndex(of: "=").map { piece[piece.index(after: $0)...] } }
    let files = pieces.compactMap { piece in piece.lastIndex(of: ":").map { piece[..<$0] } }
    return (pieces + named + files).map(String.init)
  }

  /// What tells the file or folder at `path` from every other; nil where nothing stands there.
  private static func identity(_ path: String) -> String? {
    var status = stat()
    guard !path.isEmpty, stat(path, &status) == 0 else { return nil }
    let isPlain = [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    return "\(isPlain ? "file" : "stream") \(status.st_dev) \(status.st_ino)"
  }
}
