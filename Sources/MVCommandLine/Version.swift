/// The version of the package.
public enum Version {
  /// For `--version` and for the provenance in files.
  public static let text = "mvmr 0.1.0"
}
