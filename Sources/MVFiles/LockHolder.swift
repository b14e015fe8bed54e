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
    let holders = table.split(separator: "\n").compactMap { line -> (process: Int32, place: Substring)? in
      let fields = line.split(separator: " ")
      guard fields.count >= 6, fields[1] == "FLOCK", let process = Int32(fields[4]), process > 0 else { return nil }
      return (process, fields[5])
    }
    // Some file systems list another device than they show: the number of the file alone must then do.
    let holder = holders.first { $0.place == place } ?? holders.first { $0.place.hasSuffix(":\(number)") }
    guard let holder else { return nil }
    process = holder.process
    let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)
    self.name = name.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } ?? "a program"
  }
}
