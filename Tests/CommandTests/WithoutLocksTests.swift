import Foundation
import TestSupport
import Testing

/// File systems without locks, such as NFS without its lock daemon: nothing is written, and the words say why.
@Suite(.serialized) struct WithoutLocksTests {
  private let folder: TemporaryFolder
  private let tool = Tool.folder.appending(path: "mvmr")

  init() throws {
    folder = try TemporaryFolder()
    let source = """
      #include <errno.h>
      #include <fcntl.h>
      #include <stdlib.h>
      #include <sys/file.h>
      #include <sys/syscall.h>
      #include <unistd.h>
      int flock(int file, int operation) {
        errno = atoi(getenv("WITHOUT_LOCKS"));
        if (errno) return -1;
        // NFS locks for writing only what is open for writing, and a folder never is.
        if ((operation & LOCK_EX) && (fcntl(file, F_GETFL) & O_ACCMODE) == O_RDONLY) {
          errno = EBADF;
          return -1;
        }
        return (int)syscall(SYS_flock, file, operation);
      }
      """
    try Data(source.utf8).write(to: folder.url.appending(path: "flock.c"))
    let made = try Tool.run(
      URL(filePath: "/usr/bin/env"), ["clang", "-shared", "-fPIC", "flock.c", "-o", "flock.so"], in: folder.url)
    try #require(made.status == 0, "\(made.errors)")
    let features = try Tool.mvmr(
      "extract", "synthetic:20", "--representation", "hog", "--output", "good.h5", in: folder.url)
    try #require(features.status == 0, "\(features.errors)")
    for shard in ["1", "2"] {
      let part = try Tool.mvmr(
        "extract", "synthetic:20", "--representation", "hog", "--shard", "\(shard)/2", "--output", "part\(shard).h5",
        in: folder.url)
      try #require(part.status == 0, "\(part.errors)")
    }
  }

  private func mvmr(_ line: String, code: Int32) throws -> Tool.Outcome {
    try Tool.run(
      tool, line.split(separator: " ").map(String.init), in: folder.url,
      environment: ["LD_PRELOAD": folder.url.appending(path: "flock.so").path, "WITHOUT_LOCKS": "\(code)"])
  }

  @Test(arguments: [ENOLCK, EOPNOTSUPP, ENOSYS]) func nothingIsWritten(code: Int32) throws {
    for (line, output) in [
      ("extract synthetic:20 --representation hog --output new.h5", "new.h5"),
      ("extract synthetic:20 --representation hog --shard 1/2 --output new.h5", "new.h5"),
      ("extract synthetic:20 --representation hog --overwrite --output good.h5", "good.h5"),
      ("merge part1.h5 part2.h5 --output all.h5", "all.h5"),
      ("merge part1.h5 part2.h5 --copy --output all.h5", "all.h5"),
      ("convert good.h5 --compress --output packed.h5", "packed.h5"), ("convert good.h5 --output arrays", "arrays"),
      (
        "train synthetic:20 --set encoder=cifar-resnet --set widths=4-6-8 --set batch_size=8 --set epochs=1 --output run",
        "run"
      ),
      (
        "sweep synthetic:96 --set encoder=cifar-resnet --set widths=4-6-8 --set batch_size=16 --set epochs=1 --grid lr=0.001 --output sweep",
        "sweep"
      ),
    ] {
      let run = try mvmr(line, code: code)
      #expect(run.status == 74, "\(line): \(run.status) \(run.errors)")
      #expect(run.errors.contains("\(output): cannot be locked"), "\(line): \(run.errors)")
      #expect(run.errors.contains("choose a place on a file system with locks"), "\(line): \(run.errors)")
      #expect(run.errors.split(separator: "\n").count { $0.contains("cannot be locked") } == 1)
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    let made: Set = ["run", "sweep"]
    #expect(Set(left).subtracting(made) == ["flock.c", "flock.so", "good.h5", "part1.h5", "part2.h5"], "\(left)")
    for name in made {
      let path = folder.url.appending(path: name).path
      #expect((try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty ?? true)
    }
  }

  /// On NFS with its locks everything is written as elsewhere.
  @Test func networkFileSystem() throws {
    for line in [
      "extract synthetic:20 --representation hog --shard 1/2 --output new.h5",
      "merge part1.h5 part2.h5 --output all.h5",
      "convert good.h5 --output arrays", "convert arrays --output back.h5",
      "extract synthetic:20 --representation hog --overwrite --output good.h5",
      "compare good.h5 --report report",
      "sweep synthetic:96 --set encoder=cifar-resnet --set widths=4-6-8 --set batch_size=16 --set epochs=1 --grid lr=0.001 --output sweep",
      "sweep --resume --output sweep",
    ] {
      let run = try mvmr(line, code: 0)
      #expect(run.status == 0, "\(line): \(run.status) \(run.errors)")
    }
    let sweep = try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "sweep").path)
    #expect(sweep.contains("report.html") && !sweep.contains(".lock"), "\(sweep)")
  }

  /// Reading takes no lock, so that finished files are of use on such a file system.
  @Test func filesAreRead() throws {
    for line in ["inspect part1.h5", "verify good.h5", "knn good.h5 --representation hog --k 1"] {
      let run = try mvmr(line, code: ENOLCK)
      #expect(run.status == 0, "\(line): \(run.errors)")
    }
    // A task that is done finds that out by reading.
    let done = try mvmr("extract synthetic:20 --representation hog --shard 1/2 --output part1.h5", code: ENOLCK)
    #expect(done.status == 0, "\(done.errors)")
  }
}
