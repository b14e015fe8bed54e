internal import Foundation
public import MVCore
internal import MVFiles
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

  /// Shows how far the work has come, at most ten times a second; `detail` stands at the end where it fits.
  public func update(_ progress: RunProgress, detail: String = "") {
    guard !Terminal.isQuiet else { return }
    let detail = OneLine.text(detail)
    state.withLock { state in
      if Terminal.isInteractive {
        guard Date().timeIntervalSince(state.lastShown) > 0.1 || progress.done == progress.total else { return }
        state.lastShown = Date()
        Terminal.write("\r\u{1B}[K\(line(progress, detail: detail, width: Terminal.width ?? 80))")
      } else {
        // A log file wants few lines: one a tenth of the way, one every half minute.
        let tenth = Int(progress.fraction * 10)
        // Another piece of the work has begun, such as the next file of a download.
        if tenth < state.lastTenth { state.lastTenth = -1 }
        let waited = Date().timeIntervalSince(state.lastShown)
        guard (tenth > state.lastTenth && waited > 1) || waited > 30 else { return }
        state.lastTenth = tenth
        state.lastShown = Date()
        let numbers = Self.numbers(progress, unit).joined(separator: "  ")
        Terminal.write("\(title): \(numbers)\(detail.isEmpty ? "" : "  \(detail)")\n")
      }
    }
  }

  /// Ends the bar's line, so that messages start on a line of their own.
  public func finish() {
    if Terminal.isInteractive, !Terminal.isQuiet { Terminal.write("\n") }
  }

  /// The line of a terminal of `width` columns, of which it leaves the last one free: a full line would wrap.
  ///
  /// What does not fit is left out: first the bar, then the rate, then the detail, then the counts.
  func line(_ progress: RunProgress, detail: String, width: Int) -> String {
    let numbers = Self.numbers(progress, unit)
    let (counts, share) = (numbers[0], numbers[1])
    let left = numbers.dropFirst(2).filter { $0.hasSuffix(" left") }
    func bar(_ width: Int) -> String { "\(title) \(Self.bar(progress.fraction, width)) \(counts)" }
    let choices: [[String]] = [
      [bar(24)] + numbers.dropFirst() + [detail], [bar(12)] + numbers.dropFirst() + [detail],
      ["\(title) \(counts)"] + numbers.dropFirst() + [detail], ["\(title) \(counts)", share] + left + [detail],
      ["\(title) \(share)"] + left + [detail], [bar(12), share] + left, ["\(title) \(counts)", share] + left,
      ["\(title) \(share)"] + left, ["\(title) \(share)"], [share],
    ]
    let lines = choices.map { $0.filter { !$0.isEmpty }.joined(separator: "  ") }
    return lines.first { $0.count < width } ?? String(share.prefix(max(0, width - 1)))
  }

  private static func bar(_ fraction: Double, _ width: Int) -> String {
    let filled = min(width, Int((fraction * Double(width)).rounded(.down)))
    return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
  }

  /// `1200/5000 images`, `24 %`, `310/s`, `12 s left`.
  static func numbers(_ progress: RunProgress, _ unit: String) -> [String] {
    var parts = ["\(progress.done)/\(progress.total) \(unit)", "\(Int(progress.fraction * 100)) %"]
    if progress.rowsPerSecond > 0 { parts.append("\(rate(progress.rowsPerSecond))/s") }
    if let left = progress.timeLeft, progress.done < progress.total { parts.append("\(duration(left)) left") }
    return parts
  }

  private static func rate(_ value: Double) -> String {
    value >= 10 ? "\(Checked.nearest(value))" : String(format: "%.1f", value)
  }

  /// `45 s`, `12 min`, `3 h 20 min`.
  public static func duration(_ seconds: Double) -> String {
    if seconds < 9.95 { return String(format: "%.1f s", seconds) }
    if seconds < 90 { return "\(Checked.nearest(seconds)) s" }
    if seconds < 5400 { return "\(Checked.nearest(seconds / 60)) min" }
    let minutes = Checked.nearest(seconds / 60)
    return "\(minutes / 60) h \(minutes % 60) min"
  }
}
