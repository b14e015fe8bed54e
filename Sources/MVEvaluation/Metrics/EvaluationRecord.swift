public import Foundation
public import MVCore
internal import MVFiles

/// What numbers are of: the file, its representations and splits, the settings, the seed and the version.
///
/// Every JSON object and CSV file of an evaluation carries it, so that a number found later says where it came from.
public struct EvaluationRecord: Hashable, Sendable, Encodable {
  /// The feature file or files, as they were named.
  public let files: [String]
  /// The representations that were scored, joined where there are several.
  public let representations: [String]
  /// The split that was learnt from.
  public let trainSplit: String
  /// The split that was scored; the same where a single split serves for both.
  public let testSplit: String
  /// How the rows were divided, for example `test split`, `leave one out` or `5 folds`.
  public let division: String
  /// The settings, by the names of their options.
  public let settings: [String: SettingValue]
  /// The seed of all that is drawn.
  public let seed: UInt64
  /// The version of the program.
  public let version: String

  enum CodingKeys: String, CodingKey {
    case files, representations, division, settings, seed, version
    case trainSplit = "train_split"
    case testSplit = "test_split"
  }

  /// Records an evaluation; see the properties.
  public init(
    files: [String], representations: [String], trainSplit: String, testSplit: String, division: String,
    settings: [String: SettingValue], seed: UInt64, version: String
  ) {
    self.files = files
    self.representations = representations
    self.trainSplit = trainSplit
    self.testSplit = testSplit
    self.division = division
    self.settings = settings
    self.seed = seed
    self.version = version
  }

  /// The JSON object with the keys of this record; throws where `json` is not an object.
  public func adding(to json: Data) throws(MVError) -> Data {
    let text = String(decoding: json, as: UTF8.self)
    let own = String(decoding: try CanonicalJSON.data(self), as: UTF8.self)
    guard let object = CanonicalJSON.value([String: SettingValue].self, from: text),
      let record = CanonicalJSON.value([String: SettingValue].self, from: own)
    else { throw .internalFault("JSON", "is not an object") }
    return try CanonicalJSON.data(object.merging(record) { _, record in record })
  }

  /// The CSV of a ``ResultTable`` with a line for every part of this record, after the header.
  public func adding(to table: String) -> String {
    let parts = table.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    var lines = parts.prefix(1).map(String.init)
    func add(_ measure: String, _ value: String, setting: String = "") {
      lines.append("\(csvField(setting)),\(measure),,,\(csvField(value))")
    }
    for file in files { add("file", file) }
    for name in representations { add("representation", name) }
    add("train_split", trainSplit)
    add("test_split", testSplit)
    add("division", division)
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) { add("setting", "\(value)", setting: name) }
    add("seed", "\(seed)")
    add("version", version)
    return (lines + parts.dropFirst().map(String.init)).joined(separator: "\n")
  }
}

extension ResultTable {
  /// One table of several, each for the representation named before it: settings begin with that name.
  public static func joining(_ tables: [(name: String, csv: String)]) -> String {
    let lines = tables.flatMap { table in
      table.csv.split(separator: "\n").dropFirst().map { line in
        let (setting, rest) = firstField(of: line)
        return csvField(setting.isEmpty ? table.name : "\(table.name) \(setting)") + rest
      }
    }
    return ([header] + lines).joined(separator: "\n") + "\n"
  }

  /// The text of a line's first field, and the line after it.
  private static func firstField(of line: Substring) -> (text: String, rest: Substring) {
    guard line.first == "\"" else {
      let end = line.firstIndex(of: ",") ?? line.endIndex
      return (String(line[..<end]), line[end...])
    }
    var end = line.index(after: line.startIndex)
    // A quote within a field is written twice.
    while let quote = line[end...].firstIndex(of: "\"") {
      end = line.index(after: quote)
      guard end < line.endIndex, line[end] == "\"" else { break }
      end = line.index(after: end)
    }
    return (line[..<end].dropFirst().dropLast().replacingOccurrences(of: "\"\"", with: "\""), line[end...])
  }
}
