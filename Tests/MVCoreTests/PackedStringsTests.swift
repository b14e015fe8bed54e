import MVCore
import Testing

struct PackedStringsTests {
  let texts = ["a", "", "bild ä 599", "train/Straße.png", "日本"]

  @Test func keepsEveryText() {
    let packed = PackedStrings(texts)
    #expect(packed.count == 5 && packed.width == 17 && packed.bytes.count == 85)
    #expect(Array(packed) == texts)
    #expect(Array(packed[1..<3]) == ["", "bild ä 599"])
    #expect(PackedStrings(packed[1..<3]).width == 11)
    #expect(PackedStrings((0..<1000).lazy.map { "\($0)" })[999] == "999")
    #expect(PackedStrings([]).isEmpty && PackedStrings([""])[0] == "")
  }

  @Test func joins() {
    let joined = PackedStrings(joining: [["a", "bc"], [], ["def", "g"]])
    #expect(joined.width == 3 && joined == ["a", "bc", "def", "g"])
    #expect(PackedStrings(joining: []).isEmpty)
  }

  @Test func isEqualHoweverWide() {
    let narrow: PackedStrings = ["a", "bc"]
    let wide = PackedStrings(count: 2, width: 7) { buffer in
      for (place, byte) in [(0, "a"), (7, "b"), (8, "c")] { buffer[place] = Character(byte).asciiValue! }
    }
    #expect(wide == narrow && wide.hashValue == narrow.hashValue && wide.bytes != narrow.bytes)
    #expect(narrow != ["a", "bd"] && narrow != ["a"] && wide != ["a", "bd"] && wide != ["ab", "c"])
  }
}
