import Testing

@testable import MVReports

struct RecordedSourceTests {
  @Test(arguments: [
    ("mvmr extract cifar10:data/x --output a.h5", ["mvmr", "extract", "cifar10:data/x", "--output", "a.h5"]),
    ("mvmr  'folder:my photos' '' b\\ c", ["mvmr", "folder:my photos", "", "b c"]),
    ("'it'\\''s' --size=96x96", ["it's", "--size=96x96"]), ("", []),
  ])
  func commandLinesArePartedAsAShellDoes(_ line: String, _ words: [String]) {
    #expect(RecordedSource.words(of: line) == words)
  }
}
