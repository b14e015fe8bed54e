import MVCore
import Testing

@Suite struct ErrorTests {
  private let error = MVError.badData("image", "is torn", remedy: "mend it", row: 3, cause: "it was dropped")

  @Test func theLineIsMadeOfTheValues() {
    #expect(error.description == "image 3: is torn: it was dropped; mend it")
    #expect(MVError.usage("jobs", "is 0").description == "jobs: is 0")
    #expect(MVError.inputOutput("a\nb", "is odd").description == "a b: is odd")
  }

  @Test func aCallerSaysWhereTheRowStands() {
    let placed = error.movedRow(by: 428)
    #expect(placed.row == 431 && placed.description == "image 431: is torn: it was dropped; mend it")
    let named = placed.with(subject: "hog of train row").at(row: 430, id: "train/430.png")
    #expect(named.place == "hog of train row 430 (train/430.png)")
    #expect(named.kind == .badData && named.problem == error.problem && named.remedy == error.remedy)
    #expect(named.cause == error.cause && named.movedRow(by: 1).id == "train/430.png")
    let whole = MVError.usage("jobs", "is 0")
    #expect(whole.movedRow(by: 7) == whole)
  }

  @Test func rowAndCauseAreOfTheErrorsValue() {
    #expect(error != error.movedRow(by: 1))
    #expect(error != .badData("image", "is torn", remedy: "mend it", row: 3))
    #expect(error == error.movedRow(by: 1).movedRow(by: -1))
  }

  @Test func durationsAreToldInSeconds() {
    #expect(Duration.milliseconds(1500).seconds == 1.5 && Duration.zero.seconds == 0)
  }
}
