internal import MVCore
internal import MVRepresentations

/// The catalogue as JSON, from which other languages make their classes.
struct CatalogueDocument: Encodable {
  private let representations: [Entry]
  private let shared_settings: [SettingDocument]

  init(_ catalogue: Catalogue) {
    representations = catalogue.entries.map(Entry.init)
    shared_settings = Catalogue.sharedSettings.map(SettingDocument.init)
  }

  private struct Entry: Encodable {
    let name, `class`, summary, description, reference, float_range: String
    let `default`, takes_float: Bool
    let settings: [SettingDocument]

    init(_ entry: Catalogue.Entry) {
      (name, `class`, summary) = (entry.name, entry.typeName, entry.summary)
      (description, reference) = (entry.details, entry.reference)
      (`default`, takes_float) = (entry.isDefault, entry.takesFloatPixels)
      float_range = FloatRange(takesFloats: entry.takesFloatPixels, needsUnit: entry.needsUnitFloats).rawValue
      settings = entry.settings.map(SettingDocument.init)
    }
  }
}

/// Which float pixels a representation takes, in the words of the interface.
enum FloatRange: String {
  case none, unit, any

  init(takesFloats: Bool, needsUnit: Bool) { self = takesFloats ? needsUnit ? .unit : .any : .none }
}

/// One setting: its type, default and range.
struct SettingDocument: Encodable {
  private let name, type, accepts, help: String
  private let `default`: SettingValue
  private var minimum, maximum: SettingValue?
  private var choices: [String]?

  init(_ row: SettingRow) {
    (name, accepts, help, `default`) = (row.name, row.accepts, row.help, row.value)
    switch row.domain {
    case .whole(let range):
      type = "int"
      minimum = range.lowerBound == .min ? nil : .int(range.lowerBound)
      maximum = range.upperBound == .max ? nil : .int(range.upperBound)
    case .real(let range):
      type = "float"
      minimum = range.lowerBound.isFinite ? .double(range.lowerBound) : nil
      maximum = range.upperBound.isFinite ? .double(range.upperBound) : nil
    case .flag: type = "bool"
    case .choice(let names):
      type = "choice"
      choices = names
    case .text, .list, .pairs, .settings, .either, .optional: type = "text"
    }
  }
}

/// A layout as JSON.
struct LayoutDocument: Encodable {
  private let columns: Int
  private let shape: [Int]
  private let axes: [String]
  private let labels: [String: [String]]

  init(shape: [Int], axes: [String], labels: [String: [String]]) {
    columns = shape.reduce(1, *)
    (self.shape, self.axes, self.labels) = (shape, axes, labels)
  }
}
