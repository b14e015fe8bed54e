/// The completions of zsh, for its `_arguments`.
struct ZshCompletions {
  let program: ProgramDescription

  var text: String {
    let name = program.name
    return """
      #compdef \(name)
      # zsh completion for \(name), written by `\(name) completions zsh`

      # Proposes words, of which those that end in : or = are to be continued, and paths: none, files or folders.
      _\(name)_value() {
        local paths=$1 word
        shift
        if [[ $PREFIX == *:* ]] && (($@[(Ie)${PREFIX%%:*}:])); then
          compset -P 1 '*:'
          _files
          return
        fi
        local -a open=(${(M)@:#*[:=]}) whole=(${@:#*[:=]})
        local -i status_=1
        (($#open)) && compadd -S '' -a open && status_=0
        (($#whole)) && compadd -a whole && status_=0
        [[ $paths == files ]] && _files && status_=0
        [[ $paths == folders ]] && _files -/ && status_=0
        return status_
      }

      _\(name)() {
        local curcontext=$curcontext state line
        local -A opt_args
        local -a commands=(
      \(program.commands.map { "    " + Shell.zsh.quoted("\($0.name):\($0.summary)") }.joined(separator: "\n"))
          'help:Show the help of a command'
          'version:Show the version'
        )
        _arguments -C '(- : *)'{-h,--help}'[show help]' '(- : *)--version[show the version]' \\
          '1:command:->command' '*::argument:->argument' && return
        case $state in
        command) _describe -t commands '\(name) command' commands ;;
        argument)
          curcontext="${curcontext%:*}-$words[1]:"
          case $words[1] in
          help) ((CURRENT == 2)) && _describe -t commands '\(name) command' commands ;;
      \(program.commands.map(arguments).joined(separator: "\n"))
          esac
          ;;
        esac
      }

      # Called by the completion as a function of its own file, or read by a start-up file.
      if [[ $funcstack[1] == _\(name) ]]; then _\(name) "$@"; else compdef _\(name) \(name); fi

      """
  }

  private func arguments(of command: CommandDescription) -> String {
    let words = command.options.map(option) + command.places.enumerated().map { place($1, $0) }
    return "    \(command.name))\n      _arguments -s -S \\\n"
      + words.map { "        \($0)" }.joined(separator: " \\\n") + "\n      ;;"
  }

  private func option(_ argument: Argument) -> String {
    let names = argument.allNames
    // One that was given is not proposed again.
    let given = argument.maximum == 0 ? "*" : names.count > 1 ? "(\(names.joined(separator: " ")))" : ""
    let help = "[\(escaped(argument.help))]"
    let value = argument.form == .flag ? "" : ":\(escaped(argument.valueName)):\(action(argument.proposal))"
    guard names.count > 1 else {
      return Shell.zsh.quoted(given + names[0] + (argument.form == .flag ? "" : "=") + help + value)
    }
    let spelled = names.map { argument.form == .option && $0.hasPrefix("--") ? "\($0)=" : $0 }
    return Shell.zsh.quoted(given) + "{\(spelled.joined(separator: ","))}" + Shell.zsh.quoted(help + value)
  }

  private func place(_ argument: Argument, _ index: Int) -> String {
    let position = argument.maximum == 0 ? "*" : "\(index + 1)"
    let optional = argument.isRequired || argument.maximum == 0 ? ":" : "::"
    return Shell.zsh.quoted("\(position)\(optional)\(escaped(argument.name)):\(action(argument.proposal))")
  }

  /// The blank before a function's name keeps `_arguments` from adding arguments of its own.
  private func action(_ proposal: Proposal) -> String {
    if proposal.words.isEmpty {
      switch proposal.paths {
      case .none: return " "
      case .files: return "_files"
      case .folders: return "_files -/"
      }
    }
    return " _\(program.name)_value \(proposal.paths.rawValue) "
      + proposal.words.map { escaped($0) }.joined(separator: " ")
  }

  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { $0 += "\\[]:".contains($1) ? "\\\($1)" : "\($1)" }
  }
}
