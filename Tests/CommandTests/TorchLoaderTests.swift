import Foundation
import TestSupport
import Testing

/// How a packaged program finds libtorch: with libraries that stand for libtorch's, and for the shim over it.
struct TorchLoaderTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let sources = [
      "main.cpp": """
      #include <cstdio>
      #include "CTorchRuntime.h"
      extern "C" {
      int mvt_answer(void);
      extern const char *const mvmr_torch_names[];
      extern void *mvmr_torch_table[];
      const char *const mvmr_torch_names[] = {"mvt_answer", nullptr};
      void *mvmr_torch_table[] = {nullptr};
      int mvt_answer(void) { return reinterpret_cast<int (*)(void)>(mvmr_torch_table[0])(); }
      }
      int main() {
        const MVTSearch found = mvt_search();
        std::printf("%d|%s|%s|%s|%s", found.lack, found.place, found.version, found.versions, found.cause);
        if (found.lack == MVTLackNothing) std::printf("|%d %s", mvt_answer(), guarded_last_message());
      }
      """,
      "shim.cpp": """
      static void (*keep)(const char *);
      extern "C" void mvmr_torch_begin(const char *(*)(void), void (*set)(const char *)) { keep = set; }
      extern "C" int mvt_answer(void) { keep("kept by the program"); return 42; }
      """,
      "poor.cpp": "extern \"C\" void mvmr_torch_begin(void *, void *) {}",
      "torch.cpp": """
      #include <string>
      namespace at { std::string show_config() { return "built with\\n A=1, TORCH_VERSION=" VERSION ", B=2"; } }
      """,
      "nothing.cpp": "",
    ]
    for (name, text) in sources { try Data(text.utf8).write(to: url(name)) }
    for name in ["mvmr-torch", "right/lib", "other/lib", "old/lib", "broken/lib", "empty"] {
      try FileManager.default.createDirectory(at: url(name), withIntermediateDirectories: true)
    }
    let root = Fixture.root.path
    try compile(
      "main.cpp", "\(root)/.ci/bundle-loader.cpp", "\(root)/Sources/CGuarded/CGuarded.cpp", "-std=c++17",
      "-I\(root)/Sources/CTorch/include", "-I\(root)/Sources/CGuarded/include", "-ldl", to: "program")
    try library("shim.cpp", to: "mvmr-torch/libmvmr-torch-9.7.so")
    try library("poor.cpp", to: "mvmr-torch/libmvmr-torch-9.8.so")
    for (place, version) in [("right", "9.7.3+cu999"), ("other", "9.6.0"), ("old", "9.8.0")] {
      try library("torch.cpp", "-DVERSION=\"\(version)\"", to: "\(place)/lib/libtorch_cpu.so")
      for name in ["c10", "torch"] { try library("nothing.cpp", to: "\(place)/lib/lib\(name).so") }
    }
    for name in ["c10", "torch_cpu", "torch"] { try Data("text".utf8).write(to: url("broken/lib/lib\(name).so")) }
  }

  private func url(_ name: String) -> URL { folder.url.appending(path: name) }

  private func compile(_ words: String..., to name: String) throws { try compile(words, to: name) }

  private func compile(_ words: [String], to name: String) throws {
    let run = try Tool.run(URL(filePath: "/usr/bin/env"), ["clang++"] + words + ["-o", name], in: folder.url)
    try #require(run.status == 0, "\(run.errors)")
  }

  private func library(_ words: String..., to name: String) throws {
    try compile(words + ["-shared", "-fPIC"], to: name)
  }

  /// What the program says where MVMR_TORCH is `place`: what it lacks, place, version, versions, cause, and the answer.
  private func search(_ place: String?) throws -> [String] {
    let run = try Tool.run(url("program"), [], environment: ["MVMR_TORCH": place.map { url($0).path } ?? ""])
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    return run.output.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func theLibraryOfItsVersionIsTaken() throws {
    for place in ["right", "right/lib"] {
      let found = try search(place)
      #expect(
        found == ["0", url(place).path, "9.7.3+cu999", "9.7, 9.8", "", "42 kept by the program"], "\(found)")
    }
  }

  @Test func whatItLacksIsSaid() throws {
    #expect(try search(nil) == ["1", "", "", "9.7, 9.8", ""])
    #expect(try search("empty") == ["1", url("empty").path, "", "9.7, 9.8", ""])
    #expect(try search("other") == ["2", url("other").path, "9.6.0", "9.7, 9.8", ""])
    let broken = try search("broken")
    #expect(broken.first == "3" && broken[4].contains("libc10.so"), "\(broken)")
    // One that does not have every function is not used by half.
    let poor = try search("old")
    #expect(poor.first == "3" && poor[4].contains("mvt_answer"), "\(poor)")
  }

  @Test func debiansIsTakenWhereNoneIsNamed() throws {
    try library("shim.cpp", to: "mvmr-torch/libmvmr-torch-system.so")
    let found = try search(nil)
    #expect(found.first == "0" && found.last == "42 kept by the program" && found[3] == "9.7, 9.8", "\(found)")
  }
}
