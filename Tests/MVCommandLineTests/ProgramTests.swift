import MVCore
import Testing

@testable import MVCommandLine

/// What a program makes of its words.
struct ProgramTests {
  enum Metric: String, CaseIterable { case cosine, euclidean }

  private func program(
    _ arguments: [Argument], run: @escaping @Sendable (ParsedArguments) throws(MVError) -> Void = { _ in }
  ) -> Program {
    let command = Command("count", summary: "Counts", discussion: "Below the options.", arguments: arguments, run: run)
    let other = Command("other", summary: "Does otherwise", arguments: []) { _ in }
    return Program(
      name: "tool", summary: "A tool.", footer: "At the end.", version: "tool 7", commands: [command, other])
  }

  private func parsed(_ words: String..., by arguments: [Argument]) throws -> ParsedArguments {
    guard case .command(let command, let parsed) = try program(arguments).request(["count"] + words) else {
      throw MVError.internalFault("test", "no command was asked for")
    }
    #expect(command.name == "count")
    return parsed
  }

  private func refusal(of words: String..., by arguments: [Argument] = []) -> MVError? {
    #expect(throws: MVError.self) { try program(arguments).request(words) }
  }

  private func information(_ words: String..., by arguments: [Argument] = []) throws -> String {
    guard case .information(let text) = try program(arguments).request(words) else { return "" }
    return text
  }

  @Test func wordsComeBackByName() throws {
    let parsed = try parsed(
      "here", "--size", "3", "--name=a b", "--loud", "--name", "-1",
      by: [
        .positional("PLACE", "where"), .option("size", "N", "how big"), .option("name", "NAME", "who", repeated: true),
        .flag("loud", "loudly"), .flag("quiet", "quietly"), .option("absent", "X", "not given"),
      ])
    #expect(parsed["PLACE"] == "here")
    #expect(parsed["size"] == "3")
    #expect(parsed.all("name") == ["a b", "-1"] && parsed["name"] == "-1")
    #expect(parsed.has("loud") && !parsed.has("quiet") && !parsed.has("absent"))
    #expect(parsed["absent"] == nil && parsed.all("absent").isEmpty)
    #expect(try parsed.required("PLACE") == "here")
    #expect(throws: MVError.self) { try parsed.required("absent") }
  }

  @Test func repeatedPositionalArgumentsAreTakenInOrder() throws {
    let arguments: [Argument] = [
      .positional("FILE", "files", repeated: true), .option("output", "FILE", "where to"), .flag("loud", "loudly"),
    ]
    #expect(try parsed("a", "b", "--output", "c", by: arguments).all("FILE") == ["a", "b"])
    // What follows an option's value is no second value of it.
    #expect(try parsed("--output", "c", "a", "b", by: arguments).all("FILE") == ["a", "b"])
    #expect(try parsed("a", "--loud", "b", by: arguments).all("FILE") == ["a", "b"])
  }

  @Test func choicesAreThoseOfTheEnumeration() throws {
    let metric = Argument.choice("metric", of: Metric.self, "how far apart", default: .cosine)
    #expect(try parsed(by: [metric]).choice("metric", as: Metric.self) == nil)
    #expect(try parsed("--metric", "euclidean", by: [metric]).choice("metric", as: Metric.self) == .euclidean)
    let error = refusal(of: "count", "--metric", "manhattan", by: [metric])
    #expect(error?.kind == .usage)
    #expect(error.map { "\($0)" } == "--metric manhattan: is not possible; it takes cosine|euclidean")
    #expect(refusal(of: "count", "--metric", "Cosine", by: [metric]) != nil)
    #expect(refusal(of: "count", "--metric", "", by: [metric]) != nil)
    let help = try information("count", "--help", by: [metric])
    #expect(help.contains("--metric cosine|euclidean=cosine"))
  }

  @Test func everyValueOfARepeatedChoiceIsChecked() throws {
    let work = Argument.choice("work", among: ["a", "b"], "what", repeated: true)
    #expect(try parsed("--work", "b", "--work", "a", by: [work]).all("work") == ["b", "a"])
    #expect(refusal(of: "count", "--work", "a", "--work", "c", by: [work]) != nil)
  }

  @Test func formerNamesAreTakenAndNotShown() throws {
    let arguments: [Argument] = [
      .option("neighbors", "FILE", "where to", formerly: "neighbours"), .positional("WORD", "a word", required: false),
    ]
    #expect(try parsed("--neighbours", "f", by: arguments)["neighbors"] == "f")
    #expect(try parsed("--neighbours=f=g", by: arguments)["neighbors"] == "f=g")
    #expect(try parsed("neighbours", by: arguments)["WORD"] == "neighbours")
    #expect(try !information("count", "--help", by: arguments).contains("neighbours"))
    #expect(refusal(of: "count", "--neighbourss", "f", by: arguments) != nil)
  }

  @Test func whatIsUnknownOrMissingIsAUsageError() throws {
    let arguments: [Argument] = [
      .positional("PLACE", "where"), .option("size", "N", "how big"), .option("output", "FILE", "to", required: true),
    ]
    let wrong: [[String]] = [
      ["conut"], ["count"], ["count", "here"], ["count", "--output", "f"], ["count", "here", "--output"],
      ["count", "here", "there", "--output", "f"], ["count", "here", "--output", "f", "--siez", "3"],
      ["count", "here", "--output", "f", "--size", "3", "--size", "4"], ["--siez"], ["other", "here"],
    ]
    for words in wrong {
      let error = #expect(throws: MVError.self, "\(words)") { try program(arguments).request(words) }
      #expect(error?.kind == .usage, "\(words)")
      // One line, which says where help is.
      let line = error.map { "\($0)" } ?? ""
      #expect(line.contains("--help") && !line.contains("\n"), "\(words): \(line)")
    }
    #expect(
      refusal(of: "conut").map { "\($0)" } == "conut: is not a command; did you mean count? see tool --help")
    #expect(refusal(of: "xyz").map { "\($0)" } == "xyz: is not a command; it has count, other, see tool --help")
  }

  @Test func helpTellsOfEveryCommandAndArgument() throws {
    let arguments: [Argument] = [
      .positional("PLACE", "where it is"), .option("size", "N", "how big it is", default: "12"),
      .option("output", "FILE", "where to", required: true), .flag("loud", "loudly"),
    ]
    // No words at all ask for help.
    guard case .information(let help) = try program(arguments).request([]) else {
      Issue.record("no help")
      return
    }
    #expect(try information("--help", by: arguments) == help)
    for part in ["A tool.", "At the end.", "count", "Counts", "other", "Does otherwise", "--version"] {
      #expect(help.contains(part), "\(part)")
    }
    let own = try information("count", "--help", by: arguments)
    for part in [
      "PLACE", "where it is", "--size N=12", "how big it is", "--output FILE", "--loud", "Below the options.",
    ] {
      #expect(own.contains(part), "\(part)")
    }
    #expect(try information("--version", by: arguments) == "tool 7\n")
  }

  @Test func errorsBecomeExitCodes() {
    let codes: [(MVError, Int32)] = [
      (.usage("a", "b"), 64), (.badData("a", "b"), 65), (.missingInput("a", "b", remedy: "c"), 66),
      (.internalFault("a", "b"), 70), (.inputOutput("a", "b", remedy: "c"), 74), (MVError(.interrupted, "a", "b"), 130),
    ]
    for (error, code) in codes {
      #expect(error.kind.exitCode == code)
      #expect(program([]) { (_) throws(MVError) in throw error }.run(["count"]) == code)
    }
    #expect(program([]).run(["count"]) == 0)
    #expect(program([]).run(["count", "--unknown"]) == 64)
  }

  @Test func anUnknownOptionNamesTheOneThatWasMeant() throws {
    let arguments: [Argument] = [
      .option("representation", "NAME", "which", repeated: true), .flag("skip-bad-images", "skip"),
      .option("set", "KEY=VALUE", "one setting", repeated: true, keys: ["epochs", "batch_size"]),
    ]
    func line(_ words: String...) -> String {
      (#expect(throws: MVError.self) { try program(arguments).request(["count"] + words) }).map { "\($0)" } ?? ""
    }
    let ending = "see tool count --help"
    #expect(
      line("--representaion", "hog")
        == "--representaion: is not an option of tool count; did you mean --representation? \(ending)")
    #expect(line("--rep=hog").contains("did you mean --representation? "))
    #expect(line("--skip_bad_images").contains("did you mean --skip-bad-images? "))
    #expect(line("--quite").contains("did you mean --quiet? "))
    #expect(line("--nonsense") == "--nonsense: is not an option of tool count; \(ending)")
    // A setting where an option stands.
    #expect(
      line("--epochs", "5")
        == "--epochs: is not an option of tool count but a setting; write --set epochs=VALUE, \(ending)")
    #expect(line("--batch-size=5").contains("write --set batch_size=VALUE"))
    #expect(line("--epoch", "5").contains("did you mean --set epochs=VALUE? "))
    // What an option takes is no option, whatever it looks like, and neither is what follows --.
    let parsed = try parsed("--representation", "--rep", "--set=--x", by: arguments)
    #expect(parsed["representation"] == "--rep" && parsed["set"] == "--x")
  }

  @Test func britishSpellingsAndLettersAreTaken() throws {
    let arguments: [Argument] = [
      .flag("no-standardize", "raw"), .option("color", "C", "of what"), .option("output", "FILE", "where to"),
      .option("normalize", "BY", "by what"),
    ]
    let british = try parsed("--no-standardise", "--colour=red", "--normalise", "x", by: arguments)
    #expect(british.has("no-standardize") && british["color"] == "red" && british["normalize"] == "x")
    let letters = try parsed("-o", "-1", "-q", by: arguments)
    #expect(letters["output"] == "-1" && letters.has("quiet"))
    #expect(try !information("count", "--help", by: arguments).contains("normalise"))
    #expect(try information("count", "--help", by: arguments).contains("-o,--output"))
  }

  @Test func helpAndVersionAreCommandsToo() throws {
    #expect(try information("help") == information("--help"))
    #expect(try information("help", "count") == information("count", "--help"))
    #expect(try information("version") == information("--version"))
    #expect(try information("version", "--json").hasPrefix(#"{"version":""#))
    #expect(refusal(of: "version", "now", by: [])?.kind == .usage)
    let unknown = refusal(of: "help", "conut", by: [])
    #expect(unknown?.kind == .usage && unknown?.remedy.contains("did you mean count?") == true)
  }

  @Test func namesNearEnoughAreFound() {
    let names = ["extract", "embed", "evaluate", "knn", "cell_size"]
    for (word, name) in [
      ("extrcat", "extract"), ("Extract", "extract"), ("embedd", "embed"), ("eval", "evaluate"), ("kn", "knn"),
      ("cell-size", "cell_size"), ("cellsize", "cell_size"),
    ] { #expect(NearestName.of(word, among: names) == name, "\(word)") }
    for word in ["", "x", "train", "ex", "extraordinary"] {
      #expect(NearestName.of(word, among: names) == nil, "\(word)")
    }
  }
}
