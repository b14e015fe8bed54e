import Foundation
import MVCore
import Testing

private struct Shelf: Configurable, Equatable {
  enum Wood: String, CaseIterable { case oak, ash }
  static let name = "shelf"
  var boards = [4, 8]
  var channels: [Double] = []
  var weights: [String: Double] = [:]
  var size: ImageSize?
  var wood: Wood?
  var label = "a"
  var lamps: [Bulb] = []
  static let settings: [Setting<Shelf>] = [
    .list("boards", \.boards, 1...9, separator: "-", "lengths"),
    .list("channels", \.channels, -1...1, count: [0, 1, 3], "levels"),
    .pairs("weights", \.weights, 0...10, "loads"),
    .size("size", \.size, "extent"),
    .choice("wood", \.wood, automatic: "auto", "kind"),
    Setting.string(
      "label", \.label,
      .init("letters", examples: ["a", "bc"], counterexamples: ["1", ""]) { !$0.isEmpty && $0.allSatisfy(\.isLetter) },
      "its name"
    ).formerly("lettering"),
    Setting(
      "lamps", .list(of: .settings(Bulb.self), separator: nil), "what lights it",
      read: { .list($0.lamps.map { .pairs($0.settingValues) }) }
    ) { shelf, value in
      guard case .list(let lamps) = value else { return false }
      shelf.lamps = lamps.compactMap { lamp in
        if case .pairs(let values) = lamp { try? Bulb(settingValues: values) } else { nil }
      }
      return true
    },
  ]
}

private struct Bulb: Configurable, Equatable {
  static let name = "bulb"
  var watts = 40
  static let settings: [Setting<Bulb>] = [.int("watts", \.watts, 1...100, "power")]
}

struct SettingDomainTests {
  static let domains: [SettingDomain] = [
    .whole(1...360), .whole(0...Int.max), .whole(Int.min...0), .real(0...1), .real(-Double.infinity...Double.infinity),
    .real(Double.leastNonzeroMagnitude...Double.infinity), .flag, .choice(["l1", "l2"]),
    .text(.init("letters", examples: ["a"], counterexamples: ["1"]) { $0.allSatisfy(\.isLetter) }),
    .list(of: .whole(1...9), separator: "-"), .list(of: .real(0...1), count: [0, 1, 3], separator: ","),
    .list(of: .whole(1...9), count: [2], separator: ","), .list(of: .settings(Bulb.self), separator: nil),
    .pairs(of: .real(0...1)), .either(.choice(["all"]), .list(of: .whole(1...9), separator: ",")),
    .optional(.whole(1...9)),
  ]

  @Test(arguments: domains.indices) func examplesAreTakenAndTheOthersRefused(_ index: Int) throws {
    let domain = Self.domains[index]
    #expect(!domain.examples.isEmpty && domain.invalidValues.count > 2 && !domain.accepts.isEmpty)
    for value in domain.examples {
      #expect(domain.value(of: value) == value)
      #expect(domain.value(parsing: domain.text(of: value)) == value, "\(domain.text(of: value))")
      let json = try JSONEncoder().encode(value)
      #expect(domain.value(of: try JSONDecoder().decode(SettingValue.self, from: json)) == value)
    }
    for value in domain.invalidValues { #expect(domain.value(of: value) == nil, "\(value)") }
  }

  @Test func domainsSayWhatTheyAccept() {
    #expect(
      Shelf().settingTable.map(\.accepts) == [
        "whole numbers 1...9 joined by -, or nothing", "1 or 3 numbers -1.0...1.0 joined by commas, or nothing",
        "NAME=VALUE joined by commas, or nothing; numbers 0.0...10.0", "HxW, or one number, or nothing", "auto|oak|ash",
        "letters", "a list of bulbs, or nothing",
      ])
    #expect(SettingDomain.whole(1...Int.max).accepts == "1..." && SettingDomain.real(0...1).accepts == "0.0...1.0")
  }

  @Test func valuesAreReadFromJSONAndFromTheTextsOfEarlierVersions() throws {
    let texts: [String: SettingValue] = [
      "boards": .string("1-2-3"), "channels": .string("0.5, 0,-1"), "weights": .string("hog=2,lbp=0.5"),
      "size": .string("24"), "wood": .string("ash"), "lettering": .string("b"),
      "lamps": .string(#"[{"watts":60},{}]"#),
    ]
    let shelf = try Shelf(settingValues: texts)
    #expect(shelf.boards == [1, 2, 3] && shelf.channels == [0.5, 0, -1] && shelf.weights == ["hog": 2, "lbp": 0.5])
    #expect(shelf.size == ImageSize(height: 24, width: 24) && shelf.wood == .ash && shelf.label == "b")
    #expect(shelf.lamps.map(\.watts) == [60, 40])
    var typed = Shelf()
    for (key, value) in texts { try typed.set(key, parsing: value.description) }
    #expect(typed == shelf)
    let json = try JSONEncoder().encode(shelf.settingValues)
    #expect(String(decoding: json, as: UTF8.self).contains(#""boards":[1,2,3]"#))
    #expect(try Shelf(settingValues: JSONDecoder().decode([String: SettingValue].self, from: json)) == shelf)
    for row in shelf.settingTable { try typed.set(row.name, parsing: row.text) }
    #expect(typed == shelf)

    let empty = try Shelf(settingValues: [
      "boards": .string(""), "channels": .string(""), "weights": .string(""), "size": .string(""),
      "lamps": .string(""), "wood": .string("auto"),
    ])
    #expect(empty == Shelf(boards: []))
    #expect(empty.settingTable.map(\.text) == ["", "", "", "", "auto", "a", ""])
    typed = shelf
    try typed.set("size", to: .nothing)
    #expect(typed.size == nil)
    try typed.set("boards", to: .int(7))
    #expect(typed.boards == [7])
  }

  @Test func whatIsNotTakenChangesNothingAndIsNamed() throws {
    for setting in Shelf.settings {
      for value in setting.domain.invalidValues {
        var shelf = Shelf()
        let error = #expect(throws: MVError.self) { try shelf.set(setting.name, to: value) }
        #expect(error?.kind == .usage && error?.subject.hasPrefix("setting \(setting.name)=") == true)
        #expect(error?.remedy == "it takes \(setting.accepts)")
        #expect(shelf == Shelf())
      }
    }
    let twice = #expect(throws: MVError.self) {
      try Shelf(settingValues: ["label": .string("a"), "lettering": .string("b")])
    }
    #expect(twice?.problem == "is given as label as well")
    for text in ["1--2", "-", "1-x", "10", "0"] {
      #expect(throws: MVError.self) {
        var shelf = Shelf(); try shelf.set("boards", parsing: text)
      }
    }
  }

  /// `label=1.50` is text, not a number that loses its last digit.
  @Test func whatAPersonTypesIsReadAsTheSettingWants() throws {
    let form = SettingDomain.TextForm("any", examples: ["1.50"])
    #expect(SettingDomain.text(form).value(parsing: "1.50") == .string("1.50"))
    #expect(
      SettingDomain.list(of: .text(form), separator: ",").value(parsing: "1.50,true")
        == .list([.string("1.50"), .string("true")]))
  }
}
