internal import MVCommandLine
internal import MVRepresentations

extension Proposal {
  /// A representation of the catalogue.
  static let representation = Proposal.words(Catalogue.standard.entries.map(\.name))
}
