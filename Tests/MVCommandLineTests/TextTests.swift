import MVCore
import Testing

@testable import MVCommandLine

/// How numbers, tables and progress are written for people.
struct TextTests {
  @Test func bytesHaveThreeDigitsOrFewer() {
    let texts: [(Int, String)] = [
      (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9940, "9.9 kB"), (9960, "10 kB"), (3_140_000, "3.1 MB"),
      (999_499, "999 kB"), (999_600, "1.0 MB"), (2_400_000_000, "2.4 GB"), (1_500_000_000_000, "1.50 TB"),
    ]
    for (bytes, text) in texts { #expect(ByteCount(bytes).description == text) }
  }

  @Test func sharesHaveTwoDecimals() {
    #expect(Percent(0.50636).description == "50.64 %")
    #expect(Percent(1).description == "100.00 %" && Percent(0).description == "0.00 %")
  }

  @Test func durationsHaveTheUnitThatFits() {
    let texts: [(Double, String)] = [
      (0.04, "0.0 s"), (9.9, "9.9 s"), (12.4, "12 s"), (89, "89 s"), (95, "2 min"), (3000, "50 min"),
      (12_000, "3 h 20 min"), (5400, "1 h 30 min"),
    ]
    #expect([1e300, .infinity, -.infinity, .nan].allSatisfy { !ProgressBar.duration($0).isEmpty })
    for (seconds, text) in texts { #expect(ProgressBar.duration(seconds) == text) }
  }

  @Test func progressSaysHowFarHowFastAndHowLong() {
    let going = RunProgress(doneBefore: 270, done: 1200, total: 5000, seconds: 3)
    #expect(ProgressBar.numbers(going, "images") == ["1200/5000 images", "24 %", "310/s", "12 s left"])
    let slow = RunProgress(done: 1, total: 2, seconds: 4)
    #expect(ProgressBar.numbers(slow, "steps") == ["1/2 steps", "50 %", "0.2/s", "4.0 s left"])
    // Before the first rate there is no time left, and none at the end.
    #expect(ProgressBar.numbers(RunProgress(done: 0, total: 5, seconds: 0), "rows") == ["0/5 rows", "0 %"])
    var foretold = slow
    foretold.remainder = .unknown
    #expect(ProgressBar.numbers(foretold, "rows") == ["1/2 rows", "50 %", "0.2/s"])
    foretold.remainder = .foretold(300)
    #expect(ProgressBar.numbers(foretold, "rows") == ["1/2 rows", "50 %", "0.2/s", "5 min left"])
    #expect(ProgressBar.numbers(RunProgress(done: 5, total: 5, seconds: 0.5), "rows") == ["5/5 rows", "100 %", "10/s"])
  }

  /// A line that wraps could not be written over: what is least wanted is left out.
  @Test func aLineOfProgressFitsTheTerminal() {
    let going = RunProgress(doneBefore: 270, done: 1200, total: 5000, seconds: 3)
    let bar = ProgressBar("train", unit: "steps")
    let detail = "epoch 3/100  loss 12.3456  310 images/s"
    #expect(
      bar.line(going, detail: detail, width: 200)
        == "train █████░░░░░░░░░░░░░░░░░░░ 1200/5000 steps  24 %  310/s  12 s left  \(detail)")
    #expect(bar.line(going, detail: detail, width: 80) == "train 1200/5000 steps  24 %  12 s left  \(detail)")
    #expect(bar.line(going, detail: detail, width: 30) == "train 24 %  12 s left")
    #expect(
      bar.line(going, detail: "", width: 80) == "train █████░░░░░░░░░░░░░░░░░░░ 1200/5000 steps  24 %  310/s  12 s left"
    )
    for width in 1...120 {
      for detail in ["", detail] {
        #expect(bar.line(going, detail: detail, width: width).count < max(1, width), "\(width)")
      }
    }
  }

  @Test func columnsOfNumbersStandToTheRight() {
    var table = TextTable("name", "rows", "note")
    table.add("hog", "5", "")
    table.add(row: ["scattering", "1200", "-"])
    #expect(
      table.text == """
        name        rows  note
        hog            5
        scattering  1200     -
        """)
    #expect(TextTable(header: ["a", "b"]).text == "a  b")
  }

  @Test func textsStandToTheLeft() {
    var table = TextTable("name", "value")
    table.add("a", "12 MB")
    table.add("long name", "x")
    #expect(table.text == "name       value\na          12 MB\nlong name  x")
  }
}
