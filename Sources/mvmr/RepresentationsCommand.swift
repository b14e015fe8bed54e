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
        mvmr extract synthetic --representation scattering:sketch=1024 --output features.h5
      """,
    arguments: [
      .positional("NAME", "one representation", required: false, takes: .representation),
      .flag("json", "print JSON"),
      .flag("markdown", "print the tables of Notebooks-free-docs/Representations.md"),
    ]
  ) { (arguments) throws(MVError) in
    if arguments.has("markdown") {
      guard arguments["NAME"] == nil, !arguments.has("json") else {
        throw .usage("--markdown", "prints the whole catalogue", remedy: "leave NAME and --json out")
      }
      try Terminal.result(CatalogueTables.dimensions + "\n\n" + CatalogueTables.settings)
      return
    }
    guard let name = arguments["NAME"] else {
      if arguments.has("json") {
        try Terminal.printJSON(
          Catalogue.standard.entries.map { ["name": $0.name, "summary": $0.summary] })
        return
      }
      var table = TextTable("representation", "what it is")
      for entry in Catalogue.standard.entries { table.add(entry.name, entry.summary) }
      try Terminal.result(table.text)
      try Terminal.result("Settings of one: mvmr representations NAME. All of them also take:")
      try Terminal.result(settings(Catalogue.sharedSettings))
      return
    }
    let representation = try Catalogue.standard.make(name: name)
    if arguments.has("json") {
      try Terminal.printJSON(representation.settingValues.merging(Sketch().settingValues) { own, _ in own })
      return
    }
    try Terminal.result("\(name): \(type(of: representation).summary)")
    try Terminal.result(settings(representation.settingTable))
    let shared = Catalogue.sharedSettings.map(\.name).joined(separator: " and ")
    try Terminal.result("And, as every representation, \(shared): mvmr representations")
  }

  private static func settings(_ rows: [SettingRow]) -> String {
    var table = TextTable("setting", "default", "accepts", "what it does")
    for row in rows { table.add(row.name, row.text, row.accepts, row.help) }
    return table.text
  }
}
