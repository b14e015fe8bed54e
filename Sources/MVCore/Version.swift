/// The version of the package, said here and nowhere else.
public enum Version {
  /// The number, as SemVer has it.
  public static let number = "0.2.0-dev"
  /// For `--version` and for what is recorded in files.
  public static let text = "mvmr \(number)"
}
