import Foundation
import TestSupport
import Testing

@testable import MVCore

/// How many processors a process may use, from the files that the system keeps of its control groups.
struct AvailableProcessorsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func put(_ text: String, _ path: String) throws {
    let url = folder.url.appending(path: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: url, atomically: false, encoding: .utf8)
  }

  private var quota: Double? { ProcessorQuota(root: folder.url.path).processors }

  private let unified = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"

  @Test func noFilesAreNoQuota() throws {
    #expect(quota == nil)
    try put("0::/\n", "proc/self/cgroup")
    try put("nonsense\n1 2 3\n" + unified, "proc/self/mountinfo")
    #expect(quota == nil)
    try put("nonsense", "sys/fs/cgroup/cpu.max")
    #expect(quota == nil)
    try put("max 100000\n", "sys/fs/cgroup/cpu.max")
    #expect(quota == nil)
  }

  @Test func theSmallestQuotaAboveAProcessCounts() throws {
    try put("0::/batch/job 7/step\n", "proc/self/cgroup")
    try put(unified, "proc/self/mountinfo")
    try put("max 100000\n", "sys/fs/cgroup/batch/job 7/step/cpu.max")
    try put("250000 100000\n", "sys/fs/cgroup/batch/job 7/cpu.max")
    try put("800000 100000\n", "sys/fs/cgroup/batch/cpu.max")
    // A neighbor's quota is not ours.
    try put("100000 100000\n", "sys/fs/cgroup/batch/job 8/cpu.max")
    #expect(quota == 2.5)
    try put("150000 100000\n", "sys/fs/cgroup/batch/job 7/step/cpu.max")
    #expect(quota == 1.5)
  }

  @Test func versionOneHasTwoFiles() throws {
    try put("5:memory:/job\n4:cpu,cpuacct:/job\n0::/\n", "proc/self/cgroup")
    try put(
      "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
        + "33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n", "proc/self/mountinfo")
    try put("-1\n", "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us")
    try put("100000\n", "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us")
    #expect(quota == nil)
    try put("300000\n", "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us")
    #expect(quota == 3)
  }

  /// A container sees its own group at the top of what is mounted, and the host's path in `/proc/self/cgroup`.
  @Test func aContainerSeesItsOwnGroupAtTheTop() throws {
    try put("4:cpu:/docker/abc\n", "proc/self/cgroup")
    try put("32 31 0:29 /docker/abc /cg\\040roup/cpu rw - cgroup cgroup rw,cpu\n", "proc/self/mountinfo")
    try put("50000\n", "cg roup/cpu/cpu.cfs_quota_us")
    try put("100000\n", "cg roup/cpu/cpu.cfs_period_us")
    #expect(quota == 0.5)
    // Of another name space: only what is at the top is ours.
    try put("4:cpu:/../other\n", "proc/self/cgroup")
    #expect(quota == 0.5)
  }

  @Test func quotasAreRoundedUpAndCutTheAffinity() {
    #expect(AvailableProcessors.count(allowed: 8, quota: nil) == 8)
    #expect(AvailableProcessors.count(allowed: 8, quota: 2.1) == 3)
    #expect(AvailableProcessors.count(allowed: 8, quota: 2) == 2)
    #expect(AvailableProcessors.count(allowed: 2, quota: 64) == 2)
    #expect(AvailableProcessors.count(allowed: 4, quota: 0.1) == 1)
    #expect(AvailableProcessors.count(allowed: 0, quota: nil) == 1)
    #expect((1...ProcessInfo.processInfo.processorCount).contains(Parallel.processorCount))
  }
}
