internal import MVCommandLine
internal import MVCore
internal import MVRepresentations

extension Command {
  /// `mvmr representations`: the catalogue, or the settings of one representation.
  static let representations = Command(
    "representations", summary: "List the representations, or the settings of one",
    discussion: """
      Examples:
        mvmr representations
        mvmr representations hog
        mvmr extract synthetic --representation hog:orientations=12,cell_size=4 --output features.h5
      """,
    arguments: [
      .positional("NAME", "one representation", required: false), .flag("json", "print JSON"),
      .flag("markdown", "print the tables of Notebooks-free-docs/Representations.md"),
    ]
  ) { (arguments) throws(MVError) in
    if arguments.has("markdown") {
      print(try CatalogueTables.dimensions + "\n\n" + CatalogueTables.settings)
      return
    }
    guard let name = arguments["NAME"] else {
      if arguments.has("json") {
        try Terminal.printJSON(
          Catalogue.entries.map { ["name": $0.name, "summary": $0.summary] })
        return
      }
      var table = TextTable("representation", "what it is")
      for entry in Catalogue.entries { table.add(entry.name, entry.summary) }
      print(table.text)
      print("Settings of one: mvmr representations NAME")
      return
    }
    let representation = try Catalogue.make(name: name)
    if arguments.has("json") {
      try Terminal.printJSON(representation.settingValues)
      return
    }
    print("\(name): \(type(of: representation).summary)")
    var table = TextTable("setting", "default", "accepts", "what it does")
    for row in representation.settingTable { table.add(row.name, row.value.description, row.accepts, row.help) }
    print(table.text)
  }
}
