import MVCore
import MVRepresentations
import Testing

@Suite struct CatalogueTests {
  @Test func makesByName() throws {
    let made = try Catalogue.standard.make(name: "hog", settings: ["orientations": .int(18), "signed": .bool(true)])
    let hog = try #require(made as? HOG)
    #expect(hog.orientations == 18 && hog.signed && hog.cellSize == 8)
    #expect(Catalogue.standard.defaults.map(\.name).starts(with: ["hog", "lbp", "color"]))
    #expect(Set(Catalogue.standard.entries.map(\.name)).count == Catalogue.standard.entries.count)
  }

  @Test func namesTheNearestRepresentation() {
    let error = #expect(throws: MVError.self) { try Catalogue.standard.make(name: "colour") }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("did you mean color?") == true)
    #expect(error?.description.contains("hog-layer, lbp, color") == true)
    let far = #expect(throws: MVError.self) { try Catalogue.standard.make(name: "wavelets-of-some-kind") }
    #expect(far?.description.contains("did you mean") == false)
  }

  @Test func namesTheNearestSetting() {
    let error = #expect(throws: MVError.self) {
      try Catalogue.standard.make(name: "hog", settings: ["cellsize": .int(8)])
    }
    #expect(error?.subject == "setting cellsize")
    #expect(error?.description.contains("did you mean cell_size?") == true)
    #expect(error?.description.contains("orientations, cell_size, block_size") == true)
  }

  @Test func readsSpecifications() throws {
    let specification = try RepresentationSpecification(parsing: "hog:orientations=12,as=hog12,norm=l1-sqrt")
    #expect(specification.name == "hog")
    #expect(specification.storedName == "hog12")
    #expect(specification.settings == ["orientations": .int(12), "norm": .string("l1-sqrt")])
    #expect(specification.description == "hog:norm=l1-sqrt,orientations=12,as=hog12")
    #expect(try RepresentationSpecification(parsing: specification.description) == specification)
    #expect(try RepresentationSpecification(parsing: "lbp") == RepresentationSpecification(name: "lbp"))
    let hog = try #require(try specification.make() as? HOG)
    #expect(hog.norm == .l1SquareRoot)
  }

  static let malformed: [(String, String)] = [
    ("", "does not exist"), ("hog:", "NAME:key=value"), ("hog:orientations", "'orientations'"), ("hog:=9", "'=9'"),
    ("hog:orientations=", "'orientations='"), ("hog:orientations=9,orientations=9", "twice"),
    ("hog:as=a,as=b", "twice"), ("hog:as=a/b", "'a/b'"), ("hog:as=..", "'..'"), ("hog:orientations=0", "1...360"),
    ("hog:norm=l3", "l1|l1-sqrt|l2|l2-hys"), ("hog:colour=1", "not one of hog"), ("hogg", "did you mean hog?"),
  ]

  @Test(arguments: malformed) func refusesMalformedSpecifications(_ text: String, _ says: String) {
    let error = #expect(throws: MVError.self) { try RepresentationSpecification(parsing: text) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains(says) == true)
  }

  @Test func refusesTheSameStoredNameTwice() throws {
    let (plain, renamed) = (
      try RepresentationSpecification(parsing: "hog"), try RepresentationSpecification(parsing: "lbp:as=hog")
    )
    let error = #expect(throws: MVError.self) {
      try RepresentationSpecification.checkStoredNames(of: [plain, renamed])
    }
    #expect(error?.description.contains("as=NAME") == true)
    #expect(throws: Never.self) { try RepresentationSpecification.checkStoredNames(of: Catalogue.standard.defaults) }
  }

  @Test func takesRepresentationsOfOtherPackages() throws {
    let catalogue = try Catalogue.standard.adding(MeanColor.self, isDefault: true)
    #expect(catalogue.entries.map(\.name) == Catalogue.standard.entries.map(\.name) + ["mean"])
    #expect(catalogue.defaults.map(\.name) == Catalogue.standard.defaults.map(\.name) + ["mean"])
    let specification = try RepresentationSpecification(parsing: "mean:gain=3,as=mean3", in: catalogue)
    #expect((try specification.make(in: catalogue) as? MeanColor)?.gain == 3)
    #expect(try RepresentationSpecification(parsing: "mean:sketch=0", in: catalogue).make(in: catalogue) is MeanColor)
    let table = try catalogue.entry(named: "mean").settings
    #expect(table.map(\.name) == ["gain"] && table[0].accepts == "1...9")
    let unknown = #expect(throws: MVError.self) { try RepresentationSpecification(parsing: "mean") }
    #expect(unknown?.subject == "representation mean" && unknown?.remedy.contains("augment") == true)
    let nearest = #expect(throws: MVError.self) { try RepresentationSpecification(parsing: "meen", in: catalogue) }
    #expect(nearest?.remedy.contains("did you mean mean?") == true)
  }

  @Test func refusesNamesThatAreTakenOrCannotBeWritten() throws {
    let catalogue = try Catalogue.standard.adding(MeanColor.self)
    let twice = #expect(throws: MVError.self) { try catalogue.adding(MeanColor.self) }
    #expect(twice?.kind == .usage && twice?.subject == "representation mean")
    let colon = #expect(throws: MVError.self) { try Catalogue().adding(NamedWithColon.self) }
    #expect(colon?.problem.contains("no specification") == true)
    let shared = #expect(throws: MVError.self) { try Catalogue().adding(SettingNamedSketch.self) }
    #expect(shared?.subject.contains("setting sketch") == true)
  }
}

/// The mean of each channel times a gain.
private struct MeanColor: Representation {
  static let name = "mean"
  static let summary = "the mean of each channel"
  static let settings: [Setting<MeanColor>] = [.int("gain", \.gain, 1...9, "a factor")]
  var gain = 1

  func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout {
    FeatureLayout(shape: [shape.channels], axes: ["channel"])
  }
  func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {}
  func picture(of image: Image) throws(MVError) -> Image { image }
}

/// A representation that no specification could name.
private struct NamedWithColon: Representation {
  static let name = "a:b"
  static let summary = "nothing"
  static let settings: [Setting<NamedWithColon>] = []

  func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout { FeatureLayout(shape: [1], axes: ["value"]) }
  func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {}
  func picture(of image: Image) throws(MVError) -> Image { image }
}

/// A representation with a setting of the name of a shared one.
private struct SettingNamedSketch: Representation {
  static let name = "sketchy"
  static let summary = "nothing"
  static let settings: [Setting<SettingNamedSketch>] = [.int("sketch", \.sketch, 0...9, "nothing")]
  var sketch = 0

  func layout(for shape: ImageShape) throws(MVError) -> FeatureLayout { FeatureLayout(shape: [1], axes: ["value"]) }
  func compute(_ images: ImageBatch, into rows: inout MutableSpan<Float>) throws(MVError) {}
  func picture(of image: Image) throws(MVError) -> Image { image }
}
