public import MVCore
public import MVDatasets
public import MVRepresentations
internal import MVStore

public import struct Foundation.URL

extension Extraction {
  /// Describes the extraction that a configuration asks for, of the images of `source`.
  ///
  /// Throws a usage error for a representation that is not in `catalogue` or has impossible settings, for two that
  /// would be stored under one name, and for joined splits that the source does not have.
  public init(
    _ configuration: ExtractionConfiguration, from source: any ImageSource, to output: URL,
    in catalogue: Catalogue = .standard
  ) throws(MVError) {
    let specifications =
      configuration.representations.isEmpty ? catalogue.defaults : configuration.representations
    try RepresentationSpecification.checkStoredNames(of: specifications)
    let representations = try specifications.map { (specification) throws(MVError) in
      NamedRepresentation(try specification.make(in: catalogue), as: specification.storedName)
    }
    var source = source
    for name in configuration.splits where name.contains("+") && !source.splits.contains(where: { $0.name == name }) {
      source = try JoinedSplits(source, joining: name)
    }
    self.init(of: representations, from: source, to: output)
    splits = configuration.splits.isEmpty ? nil : configuration.splits
    element = configuration.element ?? element
    jobs = configuration.jobs ?? jobs
    limit = configuration.limit
  }
}
