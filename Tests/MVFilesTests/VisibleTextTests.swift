import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

/// What names would tell a terminal to do is shown, and what would wait for another program is not opened.
struct VisibleTextTests {
  @Test func whatSteersATerminalIsWrittenOut() {
    #expect(VisibleText.text("plain, \u{e9}\u{4e2d}\n\tnext") == "plain, \u{e9}\u{4e2d}\n\tnext")
    #expect(VisibleText.text("a\u{1b}[31mb\u{7}\r") == #"a\u001b[31mb\u0007\u000d"#)
    #expect(VisibleText.text("\u{9b}2J\u{7f}\u{0}") == #"\u009b2J\u007f\u0000"#)
    #expect(VisibleText.text("\u{202e}gnp.exe\u{2066}") == #"\u202egnp.exe\u2066"#)
    #expect(VisibleText.text("a\r\n") == #"a\u000d"# + "\n")
    #expect(VisibleText.text("a\nb\tc", keepingLines: false) == #"a\u000ab\u0009c"#)
  }

  /// What has no width, joins or marks: a name with it looks like another name.
  @Test func whatIsNotSeenIsWrittenOut() {
    let hidden: [(String, String)] = [
      ("a\u{200b}b", #"a\u200bb"#), ("a\u{200d}b\u{200c}", #"a\u200db\u200c"#), ("\u{feff}a", #"\ufeffa"#),
      ("\u{ad}", #"\u00ad"#), ("\u{61c}\u{200e}\u{200f}", #"\u061c\u200e\u200f"#), ("\u{2060}", #"\u2060"#),
      ("\u{180e}", #"\u180e"#), ("\u{34f}\u{3164}", #"\u034f\u3164"#), ("a\u{e0041}", #"a\udb40\udc41"#),
    ]
    for (text, shown) in hidden {
      #expect(VisibleText.text(text) == shown)
      #expect(VisibleText.text(text, keepingLines: false) == shown)
    }
    // Accents, scripts and plain emoji are seen.
    for text in ["e\u{301}", "\u{5d0}\u{639}", "\u{2764}\u{fe0f}", "\u{1f600}"] {
      #expect(VisibleText.text(text) == text)
    }
  }

  /// In JSON the written form stands for the same text.
  @Test func jsonStaysTheSame() throws {
    let text = "\u{9b}1\u{7f}\u{2028}\u{200b}\u{e0041}"
    let json = String(decoding: try CanonicalJSON.data(["a": text]), as: UTF8.self)
    #expect(CanonicalJSON.value([String: String].self, from: VisibleText.text(json)) == ["a": text])
  }

  @Test func aLineIsOneLineAndShowsWhatIsNotSeen() {
    #expect(OneLine.text("a\nb\tc\r\u{85}\u{2028}d") == "a b c   d")
    #expect(OneLine.text("a\u{1b}[31m \u{202e}b\u{7}") == #"a\u001b[31m \u202eb\u0007"#)
    #expect(OneLine.text("plain, \u{e9}\u{4e2d}") == "plain, \u{e9}\u{4e2d}")
  }

  @Test func pipesAreNotWaitedFor() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.url.appending(path: "pipe.tar")
    try #require(mkfifo(pipe.path, 0o600) == 0)
    #expect(SystemPath(pipe.path).head(10) == nil)
    let errors = [
      #expect(throws: MVError.self) { try SystemPath(pipe.path).contents() },
      #expect(throws: MVError.self) { try ArchiveReader(pipe) },
      #expect(throws: MVError.self) { try NumPyArray(contentsOf: pipe) },
      #expect(throws: MVError.self) { try SystemPath("/dev/zero").contents() },
    ]
    for error in errors { #expect(error?.problem == "is a pipe or a device, not a file") }
  }
}
