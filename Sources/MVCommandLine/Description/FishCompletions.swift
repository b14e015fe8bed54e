/// The completions of fish: a line an option and a place.
struct FishCompletions {
  let program: ProgramDescription

  var text: String {
    let name = program.name
    let commands = program.commands
    let lines = commands.flatMap { command in
      command.options.map { option($0, of: command) }
        + command.places.enumerated().compactMap { place($1, $0, of: command) }
    }
    return """
      # fish completion for \(name), written by `\(name) completions fish`

      # The options of a command that take a value.
      function __\(name)_valued
        switch $argv[1]
      \(commands.map { command in
        let names = command.options.filter { $0.form == .option }.flatMap(\.allNames)
        return "    case \(command.name)\n      string split ' ' -- \(list(names))"
      }.joined(separator: "\n"))
        end
      end

      # Whether no command was typed yet.
      function __\(name)_begins
        test (count (commandline -opc)) -eq 1
      end

      # Whether a command was typed.
      function __\(name)_command
        set -l words (commandline -opc)
        test (count $words) -gt 1; and test "$words[2]" = $argv[1]
      end

      # Whether so many words that are no options stand after a command; with + at the end, or more.
      function __\(name)_place
        __\(name)_command $argv[1]; or return 1
        set -l words (commandline -opc)
        set -l valued (__\(name)_valued $argv[1])
        set -l count 0
        set -l skip 0
        for word in $words[3..-1]
          if test $skip -eq 1
            set skip 0
          else if contains -- $word $valued
            set skip 1
          else if not string match -q -- '-*' $word
            set count (math $count + 1)
          end
        end
        test $count = $argv[2]; or begin
          string match -q '*+' -- $argv[2]; and test $count -ge (string replace + '' -- $argv[2])
        end
      end

      # Words of which those that end in : are followed by a path.
      function __\(name)_value
        set -l token (commandline -ct)
        set -l value (string replace -r -- '^--[^=]*=' '' $token)
        set -l head (string match -r -- '^[^:]*:' $value)
        if test -n "$head"; and contains -- $head $argv
          for path in (__fish_complete_path (string sub -s (math 1 + (string length -- $head)) -- $value))
            echo $head$path
          end
        else
          printf '%s\\n' $argv
        end
      end

      complete -c \(name) -f
      complete -c \(name) -n __\(name)_begins -s h -l help -d 'show help'
      complete -c \(name) -n __\(name)_begins -l version -d 'show the version'
      complete -c \(name) -n __\(name)_begins -a help -d 'Show the help of a command'
      complete -c \(name) -n __\(name)_begins -a version -d 'Show the version'
      complete -c \(name) -n '__\(name)_place help 0' -a \(list(commands.map(\.name)))
      \(commands.map {
        "complete -c \(name) -n __\(name)_begins -a \($0.name) -d \(Shell.fish.quoted($0.summary))"
      }.joined(separator: "\n"))
      \(lines.joined(separator: "\n"))

      """
  }

  private func list(_ words: [String]) -> String { Shell.fish.quoted(words.joined(separator: " ")) }

  private func option(_ argument: Argument, of command: CommandDescription) -> String {
    let letter = argument.letter.map { " -s \($0.dropFirst())" } ?? ""
    let value = argument.form == .flag ? "" : " -r" + values(argument.proposal)
    return "complete -c \(program.name) -n '__\(program.name)_command \(command.name)'\(letter) -l \(argument.name)"
      + "\(value) -d \(Shell.fish.quoted(argument.help))"
  }

  private func place(_ argument: Argument, _ index: Int, of command: CommandDescription) -> String? {
    guard argument.proposal != .nothing else { return nil }
    let many = argument.maximum == 0 ? "+" : ""
    return "complete -c \(program.name) -n '__\(program.name)_place \(command.name) \(index)\(many)'"
      + "\(values(argument.proposal)) -d \(Shell.fish.quoted(argument.name))"
  }

  private func values(_ proposal: Proposal) -> String {
    var text: String
    switch proposal.paths {
    case .none: text = " -f"
    case .files: text = " -F"
    case .folders: text = " -f -a '(__fish_complete_directories (commandline -ct))'"
    }
    if proposal.words.contains(where: { $0.hasSuffix(":") }) {
      text += " -a \(Shell.fish.quoted("(__\(program.name)_value \(proposal.words.joined(separator: " ")))"))"
    } else if !proposal.words.isEmpty {
      text += " -a \(list(proposal.words))"
    }
    return text
  }
}
