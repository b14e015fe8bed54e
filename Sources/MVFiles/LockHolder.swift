internal import Foundation

/// The process that holds the lock (flock) of a file, as the system lists it.
struct LockHolder {
  /// The number of the process.
  let process: Int32
  /// The program's name, for example `python3`.
  let name: String

  /// In words: `python3 (process 123)`.
  var words: String { "\(name) (process \(process))" }

  /// Finds a holder of the lock of the file `number` on `device`; nil where the system does not tell.
  init?(device: UInt64, number: UInt64) {
    guard let table = try? String(contentsOfFile: "/proc/locks", encoding: .utf8) else { return nil }
    // 1: FLOCK  ADVISORY  WRITE 1234 fd:01:5678 0 EOF
    let place = String(
      format: "%02x:%02x:%llu", (device >> 8) & 0xFFF, (device & 0xFF) | ((device >> 12) & 0xFFF00), number)
    for line in table.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count >= 6, fields[1] == "FLOCK", let process = Int32(fields[4]), process > 0 else { continue }
      // Some file systems list another device than they show: the number of the file alone must then do.
      guard fields[5] == place || fields[5].hasSuffix(":\(number)") else { continue }
      let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)
      self.process = process
      self.name = name.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } ?? "a program"
      return
    }
    return nil
  }
}
