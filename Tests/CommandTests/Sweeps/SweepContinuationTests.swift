import Foundation
import MVFiles
import TestSupport
import Testing

/// A sweep is broken off, goes on, grows, and has runs that fail.
@Suite(.serialized) struct SweepContinuationTests {
  private let place: SweepPlace

  init() throws { place = try SweepPlace() }

  /// What `body` returns while a run is locked, as by another process that is at it; then it is let go.
  private func whileAnotherIsAt<Result>(_ run: String, _ body: () throws -> Result) throws -> Result {
    try place.manager.createDirectory(atPath: place.path(run), withIntermediateDirectories: true)
    let lock = try FolderLock(place.folder.url.appending(path: run))
    return try withExtendedLifetime(lock, body)
  }

  /// Stopped by a signal, or killed, a sweep goes on and ends as one that was not.
  @Test(arguments: [SIGTERM, SIGINT, SIGKILL]) func aSweepThatIsStoppedGoesOn(_ number: Int32) throws {
    let sweep = "sweep synthetic:96 \(place.settings) --set epochs=12 --grid lr=0.001,0.01 --jobs 2"
    try place.mvmr("\(sweep) --output whole")
    let process = try place.begun("\(sweep) --output part", "part")
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    // A machine may be so quick that all was done.
    if process.terminationStatus != 0, number != SIGKILL {
      #expect(process.terminationReason == .exit && process.terminationStatus == 128 + number)
      let said = String(decoding: try place.bytes("errors"), as: UTF8.self)
      #expect(!said.contains("failed: "), "\(said)")
      let last = said.split(separator: "\n").last ?? ""
      #expect(last.hasPrefix("mvmr: ") && last.hasSuffix("the same command goes on"), "\(last)")
    }
    // Its runs end with it, saved; until then nobody else works in the folder.
    var again = try Tool.run(place.tool, ["sweep", "--resume", "--output", "part"], in: place.folder.url)
    while again.status == 74, again.errors.contains("is being written by another process") {
      usleep(20_000)
      again = try Tool.run(place.tool, ["sweep", "--resume", "--output", "part"], in: place.folder.url)
    }
    #expect(again.status == 0, "\(again.errors)")
    for run in ["lr-0.001_seed-0", "lr-0.01_seed-0"] {
      #expect(try place.bytes("part/\(run)/last.ckpt") == place.bytes("whole/\(run)/last.ckpt"), "\(run)")
      let lines = String(decoding: try place.bytes("part/\(run)/losses.csv"), as: UTF8.self).split(separator: "\n")
      #expect(lines.count == 13)
    }
  }

  @Test func oneSweepAtATimeWorksInAFolder() throws {
    let sweep = "sweep synthetic:96 \(place.settings) --set epochs=500 --output busy"
    let process = try place.begun(sweep, "busy")
    let refused = try Tool.run(place.tool, sweep.split(separator: " ").map(String.init), in: place.folder.url)
    #expect(refused.status == 74 && refused.errors.contains("is being written by another process"), "\(refused.errors)")
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationStatus == 143)
  }

  /// Variants and seeds are added; runs that are there keep their settings, and the sweep its data.
  @Test func aSweepGrows() throws {
    let sweep = "sweep synthetic:96 \(place.settings) --set epochs=1 --output s"
    try place.mvmr("\(sweep) --grid lr=0.001")
    let before = try place.bytes("s/lr-0.001_seed-0/last.ckpt")
    let grown = try place.results(
      try place.mvmr("\(sweep) --grid lr=0.001,0.01 --seeds 2 --variant slow:~lr=0.0001 --json"))
    #expect(Set(grown.variants.map(\.name)) == ["lr=0.001", "lr=0.01", "slow"])
    #expect(grown.variants.allSatisfy { $0.runs.count == 2 && $0.probe != nil })
    #expect(try place.bytes("s/lr-0.001_seed-0/last.ckpt") == before)
    // What another command asked for stays in the table.
    #expect(try place.results(try place.mvmr("\(sweep) --grid lr=0.01 --json")).variants.count == 3)
    #expect(
      try place.mvmr("\(sweep) --variant slow:~lr=0.5", status: 64).errors.contains(
        "run slow_seed-0: was begun with lr=0.0001, now lr=0.5"))
    let base = try place.mvmr("\(sweep) --set epochs=2 --grid lr=0.1", status: 64)
    #expect(base.errors.contains("was begun with epochs=1, now epochs=2"), "\(base.errors)")
    let data = try place.mvmr("\(sweep.replacing("synthetic:96", with: "synthetic:100")) --grid lr=0.1", status: 64)
    #expect(data.errors.contains("source synthetic:100") && data.errors.contains("synthetic:96"), "\(data.errors)")
    // Settings that change no result may change.
    try place.mvmr("\(sweep) --set log_every=1 --set validate_every=2 --grid lr=0.001 --seeds 2")
  }

  /// One run that fails is named at the end; the others are done, and the same command tries it again.
  @Test func aRunThatFailsLeavesTheOthers() throws {
    let sweep = "sweep synthetic:96 \(place.settings) --set epochs=1 --output s"
    try place.mvmr("\(sweep) --grid lr=0.001")
    let failed = try whileAnotherIsAt("s/lr-0.01_seed-0") { try place.mvmr("\(sweep) --grid lr=0.01,0.1", status: 74) }
    let lines = failed.errors.split(separator: "\n")
    #expect(
      lines.contains { $0.hasPrefix("failed: lr=0.01, seed 0: ") && $0.contains("is being written by another") },
      "\(failed.errors)")
    #expect(lines.last?.contains("1 of 2 runs that failed: lr-0.01_seed-0") == true, "\(failed.errors)")
    #expect(place.exists("s/lr-0.1_seed-0/scores.json") && failed.output.contains("lr=0.1 "))
    #expect(
      try place.results(try place.mvmr("sweep --resume --output s --json")).variants.allSatisfy { $0.probe != nil })
  }

  /// Of a variant that could not begin, the record has what it was trained with at last; what is left is told.
  @Test func whatIsLeftIsToldAndRecordedAsItWasTrained() throws {
    let sweep = "sweep synthetic:96 \(place.settings) --set epochs=1 --output s"
    try place.mvmr("\(sweep) --variant c:~lr=0.003")
    let told = try whileAnotherIsAt("s/a_seed-0") {
      try place.mvmr("\(sweep) --variant a:~lr=0.5", status: 74)
      return try place.mvmr("\(sweep) --variant b:~lr=0.002").errors
    }
    #expect(told.contains("not finished and not among these: a_seed-0; name their variants"), "\(told)")
    // With --resume, more is done beside what the last command asked for.
    let all = try place.results(try place.mvmr("sweep --resume --output s --variant a:~lr=0.01 --seeds 2 --json"))
    #expect(all.variants.map(\.name).sorted() == ["a", "b", "c"])
    #expect(all.variants.allSatisfy { $0.runs.count == ($0.name == "c" ? 1 : 2) && $0.probe != nil })
    #expect(all.variants.first { $0.name == "a" }?.settings == ["lr": "0.01"])
  }

  @Test func tooFewImagesToScoreOnTheWayAreRefused() throws {
    let refused = try place.mvmr("sweep synthetic:32 \(place.settings) --grid lr=0.1 --at 1 --output s", status: 65)
    #expect(refused.errors.contains("are too few to score on the way"), "\(refused.errors)")
    #expect(!place.exists("s/lr-0.1_seed-0"))
  }
}
