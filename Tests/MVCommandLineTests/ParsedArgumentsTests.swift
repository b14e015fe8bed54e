import MVCore
import Testing

@testable import MVCommandLine

/// Numbers and their ranges, as options give them.
struct ParsedArgumentsTests {
  private func given(_ values: String...) -> ParsedArguments {
    ParsedArguments(values: ["n": values], counts: ["n": values.count])
  }

  @Test func wholeNumbersLieWithinTheirRange() throws {
    #expect(try given("1").int("n", in: 1...8) == 1 && given("8").int("n", in: 1...8) == 8)
    #expect(try given("-3").int("n", in: -3...8) == -3)
    #expect(try given().int("n", in: 1...8) == nil)
    for text in ["0", "9", "", "two", "3.0", "1e1", " 3", "99999999999999999999"] {
      let error = #expect(throws: MVError.self, "\(text)") { try given(text).int("n", in: 1...8) }
      #expect(error?.kind == .usage && "\(error!)".contains("a whole number from 1 to 8"))
    }
    let open = #expect(throws: MVError.self) { try given("0").int("n", in: 1...Int.max) }
    #expect(open.map { "\($0)".contains("from 1 up") } == true)
  }

  @Test func commasSeparateSeveralNumbers() throws {
    #expect(try given("1,20", "3").ints("n", in: 1...100) == [1, 20, 3])
    #expect(try given().ints("n", in: 1...100).isEmpty)
    #expect(throws: MVError.self) { try given("1,x").ints("n", in: 1...100) }
    #expect(throws: MVError.self) { try given("1,101").ints("n", in: 1...100) }
    #expect(try given("1e-3,2", "0.5").doubles("n", in: 0...2) == [1e-3, 2, 0.5])
    for text in ["-1", "2.1", "nan", "inf", "x", "1,nan"] {
      #expect(throws: MVError.self, "\(text)") { try given(text).doubles("n", in: 0...2) }
    }
  }

  @Test func aNumberIsGivenOnce() {
    for values in [["3,3"], ["3", "3"], ["1,3", "2,3"]] {
      let error = #expect(throws: MVError.self) {
        try ParsedArguments(values: ["n": values], counts: ["n": values.count]).ints("n", in: 1...8)
      }
      #expect(error?.kind == .usage && "\(error!)" == "--n 3: is given twice; give each once")
    }
    // However it is written.
    for (text, number) in [("0.5,1e-3,0.001", "0.001"), ("1,1.0", "1.0")] {
      let error = #expect(throws: MVError.self) { try given(text).doubles("n", in: 0...2) }
      #expect(error.map { "\($0)" } == "--n \(number): is given twice; give each once")
    }
  }

  @Test func aListHasANumber() {
    for text in ["", ",", ",,"] {
      #expect(throws: MVError.self, "\(text)") { try given(text).ints("n", in: 1...8) }
      let error = #expect(throws: MVError.self, "\(text)") { try given("1", text).doubles("n", in: 0...2) }
      #expect(error.map { "\($0)" } == "--n: has no number; give one, or leave it out")
    }
  }

  @Test func oneNumberIsNoList() throws {
    #expect(try given("0.5").double("n", in: 0...2) == 0.5 && given().double("n", in: 0...2) == nil)
    for text in ["0.5,0.5", "0.1,0.2", "", "3", "nan"] {
      let error = #expect(throws: MVError.self, "\(text)") { try given(text).double("n", in: 0...2) }
      #expect(error.map { "\($0)".hasPrefix("--n \(text): is not a number from 0.0 to 2.0") } == true)
    }
  }
}
