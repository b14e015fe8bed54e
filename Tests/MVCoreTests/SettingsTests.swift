import Foundation
import MVCore
import Testing

private struct Lamp: Configurable, Equatable {
  enum Color: String, CaseIterable { case warm, cold }
  static let name = "lamp"
  var watts = 40
  var dimming = 0.5
  var isOn = false
  var color = Color.warm
  static let settings: [Setting<Lamp>] = [
    .int("watts", \.watts, 1...100, "power"), .double("dimming", \.dimming, 0...1, "share"),
    .bool("on", \.isOn, "state"), .choice("colour", \.color, "tone"),
  ]
}

private struct Room: Configurable {
  static let name = "room"
  var doors = 1
  var lamp = Lamp()
  static let settings: [Setting<Room>] =
    [.int("doors", \.doors, 1...9, "ways out")] + Lamp.settings.map { $0.lifted(through: \.lamp) }
}

struct SettingsTests {
  @Test func settingsOfAPartAreSettingsOfTheWhole() throws {
    let room = try Room(settingValues: ["doors": .int(2), "watts": .int(60), "colour": .string("cold")])
    #expect(room.doors == 2 && room.lamp == Lamp(watts: 60, color: .cold))
    #expect(room.settingValues == room.lamp.settingValues.merging(["doors": .int(2)]) { $1 })
    let error = #expect(throws: MVError.self) { try Room(settingValues: ["watts": .int(0)]) }
    #expect(error?.subject == "setting watts=0" && error?.problem.contains("room") == true)
  }

  @Test func assignmentsAreRead() throws {
    var lamp = Lamp()
    try lamp.set(assigning: "watts=60")
    #expect(lamp == Lamp(watts: 60))
    let without = #expect(throws: MVError.self) { try lamp.set(assigning: "watts") }
    #expect(without?.description == "setting watts: is not KEY=VALUE; write for example watts=60")
    let other = #expect(throws: MVError.self) { try lamp.set(assigning: "", of: "--set", remedy: "see --settings") }
    #expect(other?.description == "--set : is not KEY=VALUE; see --settings")
    // What follows the first sign is the value.
    let value = #expect(throws: MVError.self) { try lamp.set(assigning: "watts=1=2") }
    #expect(value?.subject == "setting watts=1=2" && lamp == Lamp(watts: 60))
  }

  @Test func valuesRoundTripThroughTextAndJSON() throws {
    var lamp = Lamp()
    for (key, text) in [("watts", "60"), ("dimming", "0.25"), ("on", "true"), ("colour", "cold")] {
      try lamp.set(key, to: SettingValue(parsing: text))
    }
    #expect(lamp == Lamp(watts: 60, dimming: 0.25, isOn: true, color: .cold))
    let json = try JSONEncoder().encode(lamp.settingValues)
    let back = try JSONDecoder().decode([String: SettingValue].self, from: json)
    #expect(try Lamp(settingValues: back) == lamp)
  }

  @Test(arguments: [
    ("volts", "1", "not one of lamp"), ("watts", "0", "1...100"), ("watts", "1.5", "1...100"),
    ("watts", "many", "1...100"),
    ("dimming", "2", "0.0...1.0"), ("on", "1", "true|false"), ("colour", "blue", "warm|cold"),
  ])
  func impossibleValuesNameTheSetting(_ key: String, _ text: String, _ expected: String) throws {
    var lamp = Lamp()
    let error = #expect(throws: MVError.self) { try lamp.set(key, to: SettingValue(parsing: text)) }
    #expect(error?.kind == .usage)
    #expect(
      error.map { $0.description.contains(key) && $0.description.contains(expected) } == true,
      "\(String(describing: error))")
    #expect(lamp == Lamp(), "a refused value changes nothing")
  }
}
