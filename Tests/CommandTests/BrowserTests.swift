import Foundation
import TestSupport
import Testing

/// Every page as a browser shows it, on a phone and on a desk, in light and dark: nothing sticks out or is cut off.
///
/// Wants Debian's `chromium`; where it is not there the tests are skipped.
@Suite(.serialized, .enabled(if: Browser.path != nil, "chromium is not installed"))
struct BrowserTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for words in [
      ["extract", "synthetic:120", "--output", "f.h5"],
      ["knn", "f.h5", "--representation", "hog", "--report", "knn"],
      ["probe", "f.h5", "--representation", "color", "--report", "probe"],
      ["compare", "f.h5", "--joined", "--report", "compare"],
      ["demo", "--images", "100", "--epochs", "2", "--output", "demo"],
      ["evaluate", "demo/run", "synthetic:100", "--output", "evaluate"],
    ] {
      let run = try Tool.run(Tool.folder.appending(path: "mvmr"), words, in: folder.url)
      try #require(run.status == 0, "\(words): \(run.errors)")
    }
  }

  /// Runs in the page, which is shown in a frame of the width asked for, and leaves its findings as text.
  private static let probe = """
    <pre id="found"></pre><script>
    const frame = document.querySelector("iframe");
    frame.onload = () => {
      const page = frame.contentDocument, view = frame.contentWindow, found = [];
      const width = page.documentElement.clientWidth;
      if (page.documentElement.scrollWidth > width) found.push("overflow " + page.documentElement.scrollWidth);
      for (const svg of page.querySelectorAll("svg[viewBox]")) {
        const box = svg.viewBox.baseVal;
        for (const text of svg.querySelectorAll("text")) {
          const at = text.getBBox();
          const turned = text.getAttribute("transform");
          if (!turned && (at.x < -1 || at.x + at.width > box.width + 1)) found.push("cut " + text.textContent);
        }
      }
      for (const cell of page.querySelectorAll("ol.bars span:last-child, dd, figcaption, p, .case small")) {
        if (cell.scrollWidth > cell.clientWidth + 1) found.push("hidden " + cell.textContent.slice(0, 40));
      }
      const scheme = view.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      document.getElementById("found").textContent = ["done", scheme, width].concat(found).join("\\n");
    };
    </script>
    """

  private static let pages = ["knn", "probe", "compare", "demo", "demo/run", "evaluate"]

  @Test func pagesFitTheirScreens() throws {
    let browser = try #require(Browser.path)
    for page in Self.pages {
      for width in [390, 1200] {
        for scheme in ["light", "dark"] {
          let wrapper = folder.url.appending(path: "wrapper.html")
          try Data(
            """
            <!DOCTYPE html><meta name="color-scheme" content="\(scheme)">
            <iframe src="\(page)/report.html" style="width: \(width)px; height: 800px; border: 0"></iframe>
            \(Self.probe)
            """.utf8
          ).write(to: wrapper)
          let run = try Tool.run(
            URL(filePath: browser),
            [
              "--headless", "--hide-scrollbars", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
              "--enable-logging=stderr",
              "--blink-settings=preferredColorScheme=\(scheme == "dark" ? 0 : 1)", "--window-size=1400,900",
              "--user-data-dir=\(folder.url.path)/profile", "--virtual-time-budget=20000", "--dump-dom",
              wrapper.absoluteString,
            ], in: folder.url)
          let lines =
            run.output.components(separatedBy: "<pre id=\"found\">").last?
            .components(separatedBy: "</pre>").first?.split(separator: "\n") ?? []
          #expect(
            lines == ["done", Substring(scheme), "\(width)"], "\(page) at \(width) pixels, \(scheme): \(lines)")
          #expect(!run.errors.contains(":CONSOLE"), "\(page): \(run.errors)")
        }
      }
    }
  }
}

/// A browser that can show a page without a screen.
private enum Browser {
  static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
}
