/// The completions of bash: three functions that know the commands, and one that reads what was typed.
struct BashCompletions {
  let program: ProgramDescription

  var text: String {
    let name = program.name
    let commands = program.commands
    let words = commands.map(\.name) + ["help", "version", "--help", "--version"]
    return """
      # bash completion for \(name), written by `\(name) completions bash`

      # The options of a command.
      _\(name)_options() {
        case $1 in
      \(commands.map { "  \($0.name)) words=\(list(names(of: $0.options))) ;;" }.joined(separator: "\n"))
        esac
      }

      # What the value of a command's option may be: words and paths; fails where it takes none.
      _\(name)_value() {
        case "$1 $2" in
      \(commands.flatMap { command in cases(command.options.filter { $0.form == .option }) { argument in
        names(of: [argument]).map { "\(command.name) \($0)" }
      } }.joined(separator: "\n"))
        *) return 1 ;;
        esac
      }

      # The same of the word that is no option, as many of which stand before it as the second argument says.
      _\(name)_place() {
        case "$1 $2" in
      \(commands.flatMap(places).joined(separator: "\n"))
        *) return 1 ;;
        esac
      }

      _\(name)() {
        local word option= current command words= paths= head= joins= i
        local -i place=0
        local -a typed=() found=()
        COMPREPLY=()
        # Readline takes a : and a = for words of their own, the program does not.
        for ((i = 1; i <= COMP_CWORD; i++)); do
          word=${COMP_WORDS[i]}
          if ((i > 1)) && { [[ $joins ]] || [[ $word == [:=]* ]]; }; then
            typed[${#typed[@]}-1]+=$word
          else
            typed+=("$word")
          fi
          joins=
          [[ $word == *[:=] ]] && joins=yes
        done
        current=${typed[${#typed[@]}-1]}
        command=${typed[0]}
        if ((${#typed[@]} == 1)); then
          words=\(list(words))
        elif [[ $command == help ]]; then
          ((${#typed[@]} == 2)) && words=\(list(commands.map(\.name)))
        else
          for ((i = 1; i < ${#typed[@]} - 1; i++)); do
            word=${typed[i]}
            if [[ $option ]]; then
              option=
            elif [[ $word == -* ]]; then
              [[ $word != --*=* ]] && _\(name)_value "$command" "$word" && option=$word
            else
              place+=1
            fi
          done
          words= paths=
          if [[ $option ]]; then
            _\(name)_value "$command" "$option"
          elif [[ $current == --*=* ]]; then
            [[ $COMP_WORDBREAKS == *=* ]] || head=${current%%=*}=
            option=${current%%=*} current=${current#*=}
            _\(name)_value "$command" "$option"
          elif [[ $current == -* ]]; then
            _\(name)_options "$command"
          else
            _\(name)_place "$command" "$place"
          fi
        fi
        # A word as the shell would take it: without its quotes.
        current=${current#[\\"\\']} current=${current//\\\\/}
        if [[ $current == *:* && " $words " == *" ${current%%:*}: "* ]]; then
          [[ $COMP_WORDBREAKS == *:* ]] || head+=${current%%:*}:
          current=${current#*:} words= paths=files
        elif [[ $COMP_WORDBREAKS == *[:=]* && $current == *[:=]* ]]; then
          # What stands before the last of these is not replaced.
          word=${current%"${current##*[:=]}"}
          mapfile -t found < <(compgen -W "$words" -- "$current")
          COMPREPLY=("${found[@]#"$word"}")
          words=
        fi
        [[ $words ]] && mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
        if [[ $paths ]]; then
          [[ $current == '~/'* ]] && current=$HOME/${current#'~/'}
          [[ $paths == folders ]] && option=-d || option=-f
          mapfile -t found < <(compgen "$option" -- "$current")
          COMPREPLY+=("${found[@]}")
          ((${#found[@]})) && compopt -o filenames 2>/dev/null
        fi
        ((${#COMPREPLY[@]})) && [[ $head ]] && COMPREPLY=("${COMPREPLY[@]/#/$head}")
        ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == *[:=] ]] && compopt -o nospace 2>/dev/null
        return 0
      }
      complete -F _\(name) \(name)

      """
  }

  private func list(_ words: [String]) -> String { Shell.bash.quoted(words.joined(separator: " ")) }

  private func names(of arguments: [Argument]) -> [String] { arguments.flatMap { $0.allNames } }

  /// Cases that set what is proposed; arguments that propose the same share one.
  private func cases(_ arguments: [Argument], _ patterns: (Argument) -> [String]) -> [String] {
    var order: [Proposal] = []
    var grouped: [Proposal: [String]] = [:]
    for argument in arguments {
      if grouped[argument.proposal] == nil { order.append(argument.proposal) }
      grouped[argument.proposal, default: []] += patterns(argument)
    }
    return order.map { proposal in
      let patterns = (grouped[proposal] ?? []).map(Shell.bash.quoted).joined(separator: " | ")
      return "  \(patterns))\(assignments(proposal)) ;;"
    }
  }

  private func assignments(_ proposal: Proposal) -> String {
    (proposal.words.isEmpty ? "" : " words=\(list(proposal.words))")
      + (proposal.paths == .none ? "" : " paths=\(proposal.paths.rawValue)")
  }

  private func places(of command: CommandDescription) -> [String] {
    command.places.enumerated().map { index, argument in
      let pattern = argument.maximum == 0 ? "'\(command.name) '*" : "'\(command.name) \(index)'"
      return "  \(pattern))\(assignments(argument.proposal)) ;;"
    }
  }
}
