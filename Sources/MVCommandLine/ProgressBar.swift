internal import Foundation
public import MVCore
internal import Synchronization

/// A bar with rate and time left on a terminal, plain lines now and then elsewhere; safe from any thread.
public final class ProgressBar: Sendable {
  private struct State {
    var lastShown = Date.distantPast
    var lastTenth = -1
  }
  private let title: String
  private let unit: String
  private let state = Mutex(State())

  /// Creates a bar; `unit` is what is counted, for example `images`.
  public init(_ title: String, unit: String) {
    self.title = title
    self.unit = unit
  }

  /// Shows how far the work has come, at most ten times a second; `detail` stands at the end.
  public func update(_ progress: RunProgress, detail: String = "") {
    state.withLock { state in
      if Terminal.isInteractive {
        guard Date().timeIntervalSince(state.lastShown) > 0.1 || progress.done == progress.total else { return }
        state.lastShown = Date()
        write("\r\u{1B}[K\(title) \(bar(progress.fraction)) \(Self.numbers(progress, unit))\(suffix(detail))")
      } else {
        // A log file wants few lines: one a tenth of the way, one every half minute.
        let tenth = Int(progress.fraction * 10)
        // Another piece of the work has begun, such as the next file of a download.
        if tenth < state.lastTenth { state.lastTenth = -1 }
        let waited = Date().timeIntervalSince(state.lastShown)
        guard (tenth > state.lastTenth && waited > 1) || waited > 30 else { return }
        state.lastTenth = tenth
        state.lastShown = Date()
        write("\(title): \(Self.numbers(progress, unit))\(suffix(detail))\n")
      }
    }
  }

  /// Ends the bar's line, so that messages start on a line of their own.
  public func finish() {
    if Terminal.isInteractive { write("\n") }
  }

  private func suffix(_ detail: String) -> String { detail.isEmpty ? "" : "  \(detail)" }

  private func bar(_ fraction: Double) -> String {
    let filled = Int((fraction * 24).rounded(.down))
    return String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
  }

  /// `1200/5000 images  24 %  310/s  12 s left`.
  static func numbers(_ progress: RunProgress, _ unit: String) -> String {
    var text = "\(progress.done)/\(progress.total) \(unit)  \(Int(progress.fraction * 100)) %"
    if progress.rowsPerSecond > 0 { text += "  \(rate(progress.rowsPerSecond))/s" }
    if let left = progress.timeLeft, progress.done < progress.total { text += "  \(duration(left)) left" }
    return text
  }

  private static func rate(_ value: Double) -> String {
    value >= 10 ? "\(Int(value.rounded()))" : String(format: "%.1f", value)
  }

  /// `45 s`, `12 min`, `3 h 20 min`.
  public static func duration(_ seconds: Double) -> String {
    if seconds < 9.95 { return String(format: "%.1f s", seconds) }
    if seconds < 90 { return "\(Int(seconds.rounded())) s" }
    if seconds < 5400 { return "\(Int((seconds / 60).rounded())) min" }
    let minutes = Int((seconds / 60).rounded())
    return "\(minutes / 60) h \(minutes % 60) min"
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
