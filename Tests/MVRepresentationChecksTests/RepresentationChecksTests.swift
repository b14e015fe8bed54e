import MVCore
import MVRepresentationChecks
import MVRepresentations
import Testing

/// A sound representation passes, and each broken promise is found by its check.
@Suite(.serialized) struct RepresentationChecksTests {
  private func broken<Broken: Flaw>(_: Broken.Type) throws -> Set<RepresentationChecks.Check> {
    Set(try RepresentationChecks(of: BlockMeans<Broken>.self).run().map(\.check))
  }

  @Test func aSoundRepresentationPasses() throws {
    enum None: Flaw { static let flaw: FlawKind? = nil }
    let checks = try RepresentationChecks(of: BlockMeans<None>.self)
    #expect(checks.run() == [])
    try checks.require()
    let catalogue = try Catalogue.standard.adding(BlockMeans<None>.self)
    #expect(try RepresentationChecks(of: "means", in: catalogue).run() == [])
  }

  @Test func findsWhatRowsBreak() throws {
    enum Unfinished: Flaw { static let flaw: FlawKind? = .leavesValues }
    #expect(try broken(Unfinished.self).contains(.rowsHaveThePromisedShape))
    enum Mislabeled: Flaw { static let flaw: FlawKind? = .wrongLabels }
    #expect(try broken(Mislabeled.self) == [.rowsHaveThePromisedShape])
    enum OfTheBatch: Flaw { static let flaw: FlawKind? = .dependsOnBatch }
    #expect(try broken(OfTheBatch.self) == [.batchesAndThreadsDoNotMatter])
    enum Counting: Flaw { static let flaw: FlawKind? = .countsCalls }
    #expect(try broken(Counting.self).isSuperset(of: [.batchesAndThreadsDoNotMatter, .instructionSetsAgree]))
  }

  @Test func findsWhatIsNotRefusedInWords() throws {
    enum Floats: Flaw { static let flaw: FlawKind? = .refusesFloatsAsUsage }
    #expect(try broken(Floats.self).contains(.floatPixelsAreTakenOrRefusedInWords))
    enum Empty: Flaw { static let flaw: FlawKind? = .refusesEmptyBatches }
    #expect(try broken(Empty.self) == [.emptyBatchesHaveNoRows])
    enum NotANumber: Flaw { static let flaw: FlawKind? = .takesNaN }
    #expect(try broken(NotANumber.self) == [.pixelsThatAreNotFiniteAreRefused])
    enum AnyBuffer: Flaw { static let flaw: FlawKind? = .takesAnyBuffer }
    #expect(try broken(AnyBuffer.self).contains(.buffersOfAnotherSizeAreRefused))
    enum Small: Flaw { static let flaw: FlawKind? = .namesNoSetting }
    #expect(try broken(Small.self) == [.tooSmallImagesNameTheSetting])
  }

  @Test func findsWhatSettingsBreak() throws {
    enum Wordless: Flaw { static let flaw: FlawKind? = .emptySummary }
    #expect(try broken(Wordless.self) == [.namesAndHelpAreComplete])
    enum Losing: Flaw { static let flaw: FlawKind? = .losesSetting }
    #expect(try broken(Losing.self).contains(.settingsSurviveJSONAndText))
    enum AnyChoice: Flaw { static let flaw: FlawKind? = .takesAnyChoice }
    #expect(try broken(AnyChoice.self) == [.settingsOutOfRangeAreRefused])
    enum Ignoring: Flaw { static let flaw: FlawKind? = .ignoresSetting }
    #expect(try broken(Ignoring.self) == [.everySettingIsRead])
  }

  @Test func findsPicturesThatShowNothing() throws {
    enum Same: Flaw { static let flaw: FlawKind? = .samePicture }
    #expect(try broken(Same.self) == [.picturesAreWorthLookingAt])
    enum Tiny: Flaw { static let flaw: FlawKind? = .tinyPicture }
    let checks = try RepresentationChecks(of: BlockMeans<Tiny>.self)
    let failures = checks.run()
    #expect(Set(failures.map(\.check)) == [.picturesAreWorthLookingAt])
    #expect(failures.first?.description.hasPrefix("means: pictures are worth looking at: the picture of") == true)
    let error = #expect(throws: MVError.self) { try checks.require() }
    #expect(error?.description.contains("64x64x3") == true, "\(error as Any)")
  }

  @Test func refusesTooFewImages() throws {
    enum None: Flaw { static let flaw: FlawKind? = nil }
    let one = CheckImages.batches[0][0].batch
    for images in [[], [one]] {
      let error = #expect(throws: MVError.self) { try RepresentationChecks(of: BlockMeans<None>.self, images: images) }
      #expect(error?.subject == "images to check with")
    }
    #expect(throws: MVError.self) { try RepresentationChecks(of: "hgo", in: .standard) }
  }
}
