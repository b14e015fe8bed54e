import MVCore
import MVRepresentations
import Testing

@Suite struct CatalogueTests {
  @Test func makesByName() throws {
    let made = try Catalogue.make(name: "hog", settings: ["orientations": .int(18), "signed": .bool(true)])
    let hog = try #require(made as? HOG)
    #expect(hog.orientations == 18 && hog.signed && hog.cellSize == 8)
    #expect(Catalogue.defaults.map(\.name).starts(with: ["hog", "lbp", "color"]))
    #expect(Set(Catalogue.entries.map(\.name)).count == Catalogue.entries.count)
  }

  @Test func namesTheNearestRepresentation() {
    let error = #expect(throws: MVError.self) { try Catalogue.make(name: "colour") }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("did you mean color?") == true)
    #expect(error?.description.contains("hog-layer, lbp, color") == true)
    let far = #expect(throws: MVError.self) { try Catalogue.make(name: "wavelets-of-some-kind") }
    #expect(far?.description.contains("did you mean") == false)
  }

  @Test func namesTheNearestSetting() {
    let error = #expect(throws: MVError.self) { try Catalogue.make(name: "hog", settings: ["cellsize": .int(8)]) }
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
    #expect(throws: Never.self) { try RepresentationSpecification.checkStoredNames(of: Catalogue.defaults) }
  }
}
