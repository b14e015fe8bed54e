internal import MVCommandLine
internal import MVCore

extension Command {
  /// `mvmr completions`: what a shell needs to complete the words of a command.
  static let completions = Command(
    "completions", summary: "Print the completions of bash, zsh or fish",
    discussion: """
      Packages install them; by hand:
        mvmr completions bash > ~/.local/share/bash-completion/completions/mvmr
        mvmr completions zsh > ~/.zfunc/_mvmr
        mvmr completions fish > ~/.config/fish/completions/mvmr.fish

      For zsh, ~/.zshrc has `fpath+=~/.zfunc` before `compinit`.
      """,
    arguments: [.positional("SHELL", "bash, zsh or fish", takes: .words(Shell.allCases.map(\.rawValue)))]
  ) { (arguments) throws(MVError) in
    let name = try arguments.required("SHELL")
    guard let shell = Shell(rawValue: name) else {
      throw .usage(
        name, "is no shell that it knows", remedy: "name \(Shell.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    try Terminal.result(try Mvmr.description().completions(of: shell), terminator: "")
  }
}
