import Foundation
import TestSupport
import Testing

/// Completions and manual pages: whole, understood by the programs that read them, and right where words are typed.
struct CompletionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The options that the help of a command shows, and the commands that of the program shows.
  private static func shown(_ words: String...) throws -> [String] {
    let help = try Tool.run(Tool.folder.appending(path: "mvmr"), words + ["--help"]).output
    return help.split(separator: "\n").flatMap { line -> [String] in
      guard line.hasPrefix("  "), let first = line.split(separator: " ").first else { return [] }
      // Deeper are words of the option above; examples begin with the program's name.
      return line.hasPrefix("   ") || first == "mvmr" ? [] : first.split(separator: ",").map(String.init)
    }
  }

  private static func commands() throws -> [String] { try shown().filter { !$0.hasPrefix("-") } }

  private static func program(_ name: String) -> URL? {
    ["/usr/bin", "/bin", "/usr/local/bin"].map { URL(filePath: $0).appending(path: name) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// What the program printed for each shell, once: it asks the training program, which is slow to start.
  private static let scripts: [String: String] = {
    let shells = ["bash", "zsh", "fish"]
    return Dictionary(uniqueKeysWithValues: shells.map { ($0, (try? Tool.mvmr("completions", $0).output) ?? "") })
  }()

  private func script(_ shell: String) throws -> URL {
    let text = try #require(Self.scripts[shell])
    try #require(text.contains("_mvmr"), "\(shell): \(text)")
    let file = folder.url.appending(path: shell == "zsh" ? "_mvmr" : "mvmr.\(shell)")
    try Data(text.utf8).write(to: file)
    return file
  }

  @Test func everyOptionOfTheHelpIsInCompletionsAndPages() throws {
    let pages = folder.url.appending(path: "man")
    #expect(try Tool.mvmr("manual", "--output", pages.path).status == 0)
    let commands = try Self.commands()
    #expect(commands.count == 21 && commands.contains("train") && commands.contains("manual"))
    let program = try String(contentsOf: pages.appending(path: "mvmr.1"), encoding: .utf8)
    let (bash, zsh) = (try #require(Self.scripts["bash"]), try #require(Self.scripts["zsh"]))
    let fish = try #require(Self.scripts["fish"])
    for command in commands {
      #expect(program.contains(".BR mvmr\\-\(command.replacing("-", with: "\\-")) (1)"))
      #expect(zsh.contains("\n    '\(command):"))
      #expect(fish.contains("__mvmr_begins -a \(command) "))
      let page = try String(contentsOf: pages.appending(path: "mvmr-\(command).1"), encoding: .utf8)
      let listed = bash.split(separator: "\n").first {
        $0.contains(" \(command)) words='--") || $0.contains(" \(command)) words='-")
      }
      let offered = Set((listed ?? "").split(whereSeparator: { " '".contains($0) }))
      let arguments = try #require(
        zsh.components(separatedBy: "\n    \(command))\n").last?.components(separatedBy: "\n      ;;").first)
      let options = try Self.shown(command).filter { $0.hasPrefix("-") }
      #expect(options.count >= 4, "\(command): \(options)")
      for option in options {
        #expect(page.contains("\\fB\(option.replacing("-", with: "\\-"))\\fR"), "\(command) \(option)")
        #expect(offered.contains(Substring(option)), "bash: \(command) \(option)")
        #expect(
          ["'*\(option)", "'\(option)[", "'\(option)=", "{\(option),", ",\(option)}", ",\(option)="]
            .contains { arguments.contains($0) }, "zsh: \(command) \(option)")
        let name = option.hasPrefix("--") ? "-l \(option.dropFirst(2)) " : "-s \(option.dropFirst()) "
        #expect(
          fish.split(separator: "\n").contains { $0.contains("'__mvmr_command \(command)'") && $0.contains(name) },
          "fish: \(command) \(option)")
      }
    }
  }

  @Test func whatIsNoShellIsRefusedInOneLine() throws {
    let run = try Tool.mvmr("completions", "csh")
    #expect(run.status == 64 && run.output.isEmpty && run.errors.contains("bash, zsh, fish"), "\(run.errors)")
    #expect(try Tool.mvmr("completions").status == 64)
  }

  @Test(.enabled(if: program("groff") != nil || program("mandoc") != nil))
  func manualPagesAreRightForWhatReadsThem() throws {
    #expect(try Tool.mvmr("manual", "--output", folder.url.path).status == 0)
    let pages = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { $0.hasSuffix(".1") }
    #expect(pages.count == 22)
    for page in pages {
      let file = folder.url.appending(path: page).path
      if let groff = Self.program("groff") {
        // Every warning of the formatter.
        let run = try Tool.run(groff, ["-man", "-Tutf8", "-ww", "-z", file])
        #expect(run.status == 0 && run.errors.isEmpty, "\(page): \(run.errors)")
      }
      if let mandoc = Self.program("mandoc") {
        let run = try Tool.run(mandoc, ["-T", "lint", "-W", "error", file])
        #expect(run.status == 0, "\(page): \(run.output)\(run.errors)")
      }
    }
    if let groff = Self.program("groff") {
      let page = folder.url.appending(path: "mvmr-extract.1").path
      let shown = try Tool.run(groff, ["-man", "-Tascii", "-P-cbou", page]).output
      // As a person reads it: the option, its words and its default.
      #expect(shown.contains("-o, --output FILE.h5"), "\(shown)")
      #expect(shown.contains("--dtype float16|float32"), "\(shown)")
      #expect(shown.contains("mvmr extract stl10:data/stl10_binary --shard 2/4 --output part2.h5"), "\(shown)")
    }
  }

  /// What bash proposes for a line; the cursor is at its end.
  private func bash(_ line: String) throws -> [String] {
    let driver = """
      source "$1"
      COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
      # As readline cuts words: at blanks, and each run of = and : by itself.
      mapfile -t COMP_WORDS < <(grep -oE '[^ =:]+|[=:]+' <<<"$2")
      [[ $2 == *[\\ ] ]] && COMP_WORDS+=('')
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      _mvmr mvmr "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let run = try Tool.run(
      URL(filePath: "/bin/bash"), ["--norc", "-c", driver, "bash", try script("bash").path, line], in: folder.url)
    #expect(run.status == 0 && run.errors.isEmpty, "\(line): \(run.errors)")
    return run.output.split(separator: "\n").map(String.init).sorted()
  }

  @Test func bashCompletesCommandsOptionsWordsAndFiles() throws {
    for name in ["one.h5", "two words.h5"] { try Data().write(to: folder.url.appending(path: name)) }
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "photos/train"), withIntermediateDirectories: true)
    #expect(
      try Tool.run(URL(filePath: "/bin/bash"), ["-n", try script("bash").path]).status == 0, "it is not bash's language"
    )
    #expect(try bash("mvmr ext") == ["extract"])
    #expect(try bash("mvmr ").count == 25)
    #expect(try bash("mvmr help kn") == ["knn"])
    #expect(try bash("mvmr extract --dt") == ["--dtype"])
    #expect(try bash("mvmr extract --dtype ") == ["float16", "float32"])
    #expect(try bash("mvmr extract --dtype=float3") == ["float32"])
    #expect(try bash("mvmr extract --jobs ").isEmpty)
    #expect(try bash("mvmr extract fol") == ["folder:"])
    #expect(try bash("mvmr extract folder:pho") == ["photos"])
    #expect(try bash("mvmr extract folder:photos/") == ["photos/train"])
    #expect(try bash("mvmr extract folder:photos --representation scat") == ["scattering"])
    #expect(try bash("mvmr inspect ").contains("two words.h5"))
    #expect(try bash("mvmr inspect on") == ["one.h5"])
    #expect(try bash("mvmr compare one.h5 tw") == ["two words.h5"])
    #expect(try bash("mvmr knn one.h5 --metric ").contains("cosine"))
    #expect(try bash("mvmr compare one.h5 --report ") == ["photos"])
    #expect(try bash("mvmr knn one.h5 --csv ").contains("one.h5"))
    #expect(try bash("mvmr datasets ") == ["download", "info", "list"])
    #expect(try bash("mvmr datasets download cifar100") == ["cifar100", "cifar100:"])
    // Values of options are not counted as arguments.
    #expect(try bash("mvmr datasets --to photos in") == ["info"])
    #expect(try bash("mvmr train synthetic --config builtin:sm") == ["small"])
    #expect(try bash("mvmr train --set epo").contains("epochs="))
    #expect(try bash("mvmr train --set epochs=").isEmpty)
    #expect(try bash("mvmr finetune run fol") == ["folder:"])
    #expect(try bash("mvmr nonsense ").isEmpty)
  }

  @Test(.enabled(if: program("zsh") != nil)) func zshCompletes() throws {
    let zsh = try #require(Self.program("zsh"))
    let script = try script("zsh")
    #expect(try Tool.run(zsh, ["-n", script.path]).status == 0)
    try Data().write(to: folder.url.appending(path: "one.h5"))
    try FileManager.default.createDirectory(at: folder.url.appending(path: "photos"), withIntermediateDirectories: true)
    // A shell on a terminal of its own; what it proposes is written by a widget in the place of the list.
    let driver = folder.url.appending(path: "driver.zsh")
    try Data(
      """
      zmodload zsh/zpty
      rm -f found
      zpty inner zsh -f -i
      say() { zpty -w inner "$1"; }
      say "PROMPT= RPROMPT=; stty -echo; fpath=(${1:h} \\$fpath)"
      say "autoload -Uz compinit; compinit -u -D; cd $PWD"
      say 'compadd() { local -a got; builtin compadd -O got "$@" 2>/dev/null; print -rl -- $got >>found; builtin compadd "$@"; }'
      say 'zle -C wanted complete-word _main_complete; bindkey "^I" wanted'
      say 'finish() { print end >>found; }; zle -N finish; bindkey "^X" finish'
      say 'print ready >>found'
      for i in {1..300}; do grep -qx ready found 2>/dev/null && break; sleep 0.1; done
      rm -f found
      zpty -w -n inner $2$'\\t'$'\\x18'
      for i in {1..300}; do grep -qx end found 2>/dev/null && break; sleep 0.1; done
      sort -u found | grep -vx end | grep .
      zpty -d inner
      true
      """.utf8
    ).write(to: driver)
    func proposed(_ line: String) throws -> [String] {
      let run = try Tool.run(zsh, ["-f", driver.path, script.path, line], in: folder.url)
      return run.output.split(separator: "\n").map(String.init)
    }
    #expect(try proposed("mvmr ext").contains("extract"))
    #expect(try proposed("mvmr extract --dtype ") == ["float16", "float32"])
    #expect(try proposed("mvmr extract --dtyp").contains("--dtype"))
    #expect(try proposed("mvmr extract fol").contains("folder:"))
    #expect(try proposed("mvmr inspect on").contains("one.h5"))
    #expect(try proposed("mvmr extract folder:pho").contains("photos"))
  }

  @Test(.enabled(if: program("fish") != nil)) func fishCompletes() throws {
    let fish = try #require(Self.program("fish"))
    let script = try script("fish")
    #expect(try Tool.run(fish, ["--no-execute", script.path]).errors.isEmpty)
    try Data().write(to: folder.url.appending(path: "one.h5"))
    try FileManager.default.createDirectory(at: folder.url.appending(path: "photos"), withIntermediateDirectories: true)
    func proposed(_ line: String) throws -> [String] {
      let run = try Tool.run(
        fish, ["--private", "--no-config", "-c", "source \(script.path); complete -C '\(line)'"], in: folder.url,
        environment: ["HOME": folder.url.path, "XDG_CONFIG_HOME": folder.url.path])
      #expect(run.errors.isEmpty, "\(line): \(run.errors)")
      return run.output.split(separator: "\n").map { $0.split(separator: "\t").first.map(String.init) ?? "" }.sorted()
    }
    #expect(try proposed("mvmr ext") == ["extract"])
    #expect(try proposed("mvmr ").count == 23)
    #expect(try proposed("mvmr extract --dtype ") == ["float16", "float32"])
    #expect(try proposed("mvmr extract --dt") == ["--dtype"])
    #expect(try proposed("mvmr extract fol") == ["folder:"])
    #expect(try proposed("mvmr extract folder:pho") == ["folder:photos/"])
    #expect(try proposed("mvmr inspect on") == ["one.h5"])
    #expect(try proposed("mvmr datasets --to photos in") == ["info"])
    #expect(try proposed("mvmr knn one.h5 --report ph") == ["photos/"])
  }
}
