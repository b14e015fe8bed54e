extension Collection where Element: Hashable {
  /// Throws a usage error where a value is here twice: `k 3: is given twice`, of the subject `k`.
  ///
  /// `text` writes the value that it names, as it is the second time.
  public func requireEachOnce(
    _ subject: String, text: (Element) -> String = { "\($0)" }
  ) throws(MVError) {
    var seen: Set<Element> = []
    for value in self where !seen.insert(value).inserted {
      throw .usage("\(subject) \(text(value))", "is given twice", remedy: "give each once")
    }
  }
}
