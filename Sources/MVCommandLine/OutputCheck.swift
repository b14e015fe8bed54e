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
        if let input = inputs[place], !kind.mayBeInput {
          throw .usage(
            path, "is what \(input) names, and would be overwritten",
            remedy: "give another place by \(argument.parserName)")
        }
        if let other = seen.updateValue(argument.parserName, forKey: place), !place.hasPrefix("stream") {
          throw .usage(path, "is given by \(other) as well", remedy: "name a place for each")
        }
      }
    }
  }

  /// The files that the other arguments name, by what tells them apart, with the argument's name.
  private func inputs() -> [String: String] {
    var found: [String: String] = [:]
    for argument in arguments where argument.output == nil && argument.form != .flag {
      for value in parsed.all(argument.name) {
        for path in OutputCheck.paths(in: value) {
          if let identity = OutputCheck.identity(path) { found[identity] = argument.parserName }
        }
      }
    }
    return found
  }

  /// What may be a path in a value: `a.h5`, `folder:photos,labels.csv`, `train/clip=clip.npy`, `teacher.pt,size=32`.
  private static func paths(in value: String) -> [String] {
    let parts =
      [value[...]]
      + [":", "="].compactMap { mark in
        value.firstIndex(of: mark).map { value[value.index(after: $0)...] }
      }
    return parts.flatMap { part in [part] + part.split(separator: ",") }.map(String.init)
  }

  /// What tells the file or folder at `path` from every other; nil where nothing stands there.
  private static func identity(_ path: String) -> String? {
    var status = stat()
    guard !path.isEmpty, stat(path, &status) == 0 else { return nil }
    let isPlain = [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    return "\(isPlain ? "file" : "stream") \(status.st_dev) \(status.st_ino)"
  }
}
