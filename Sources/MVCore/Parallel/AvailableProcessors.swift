internal import Foundation
internal import SystemLinux

/// The processors that this process may use: its affinity, cut by the CPU quotas of its control groups.
///
/// A machine's own count is wrong where `taskset`, a batch system or a container gives a process less of it: more
/// threads than processors then wait for each other.
package enum AvailableProcessors {
  /// The number, at least 1; found out once.
  package static let count = count(allowed: allowed, quota: ProcessorQuota().processors)

  /// The processors that the process's threads may run on (`sched_getaffinity`).
  private static var allowed: Int {
    var set = mv_linux_processors()
    mv_linux_read_allowed_processors(&set)
    let count = Int(mv_linux_count_processors(&set))
    return count > 0 ? count : ProcessInfo.processInfo.activeProcessorCount
  }

  /// `allowed`, cut to `quota`, which is rounded up; at least 1.
  static func count(allowed: Int, quota: Double?) -> Int {
    guard let quota, quota < Double(allowed) else { return max(1, allowed) }
    return max(1, Int(quota.rounded(.up)))
  }
}

/// How much processor time the control groups of a process allow, of version 1 and of version 2.
struct ProcessorQuota {
  /// The folder below which `/proc` and the mounted control groups are looked for; empty for the system's own.
  private let root: String

  /// Reads the files below `root`.
  init(root: String = "") { self.root = root }

  /// The smallest quota of the process's group and those above it, in processors; nil where there is none.
  var processors: Double? {
    let groups = lines(of: "/proc/self/cgroup").compactMap(Group.init)
    return lines(of: "/proc/self/mountinfo").compactMap(Mount.init).flatMap { mount in
      groups.filter { $0.isOf(mount) }.flatMap { quotas(of: $0, in: mount) }
    }.min()
  }

  /// The quotas of a group and of every group above it.
  private func quotas(of group: Group, in mount: Mount) -> [Double] {
    let parts = mount.parts(of: group.path)
    return (0...parts.count).compactMap { depth in
      let folder = ([mount.place] + parts.prefix(depth).map(String.init)).joined(separator: "/")
      let numbers: [Substring]
      if mount.isUnified {
        numbers = lines(of: "\(folder)/cpu.max").first?.split(separator: " ") ?? []
      } else {
        numbers = ["quota", "period"].flatMap { lines(of: "\(folder)/cpu.cfs_\($0)_us").prefix(1) }
      }
      // No limit is `max` in version 2, and -1 in version 1.
      guard numbers.count == 2, let time = Double(numbers[0]), let period = Double(numbers[1]), time > 0, period > 0
      else { return nil }
      return time / period
    }
  }

  private func lines(of path: String) -> [Substring] {
    ((try? String(contentsOfFile: root + path, encoding: .utf8)) ?? "").split(separator: "\n")
  }

  /// A line of `/proc/self/cgroup`: `4:cpu,cpuacct:/job`, or `0::/job` of version 2.
  private struct Group {
    let controllers: [Substring]
    let path: Substring

    init?(_ line: Substring) {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      controllers = fields[1].split(separator: ",")
      path = fields[2]
    }

    func isOf(_ mount: Mount) -> Bool { mount.isUnified ? controllers.isEmpty : controllers.contains("cpu") }
  }

  /// A line of `/proc/self/mountinfo` that mounts control groups with the processor's controller.
  private struct Mount {
    /// Whether it is version 2.
    let isUnified: Bool
    /// Where it is mounted.
    let place: String
    /// The group that stands there; a container may see its own group as the first.
    private let top: String

    init?(_ line: Substring) {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 5, fields.count > dash + 1 else { return nil }
      let kind = fields[dash + 1]
      guard kind == "cgroup2" || (kind == "cgroup" && fields.last?.split(separator: ",").contains("cpu") == true)
      else { return nil }
      isUnified = kind == "cgroup2"
      top = Self.plain(fields[3])
      place = Self.plain(fields[4])
    }

    /// The path of a group below ``place``; empty where the group is not to be seen there.
    func parts(of group: Substring) -> [Substring] {
      let (group, top) = (group.split(separator: "/"), top.split(separator: "/"))
      guard group.starts(with: top), !group.contains("..") else { return [] }
      return Array(group.dropFirst(top.count))
    }

    /// The system writes a blank in a path as `\040`.
    private static func plain(_ field: Substring) -> String { String(field).replacing("\\040", with: " ") }
  }
}
