import Foundation
import TestSupport
import Testing

/// libmvmr.so as programs in C and C++ use it: linked as `make library` does, found by pkg-config.
struct ProgramTests {
  /// Where the tests were built.
  private static let build = URL(
    filePath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  ).deletingLastPathComponent()

  /// Runs a program to its end; what it prints, both ways.
  @discardableResult
  private static func run(_ words: [String], in folder: URL, succeeding: Bool = true) throws -> String {
    let output = folder.appending(path: "output-\(UUID().uuidString)")
    try Data().write(to: output)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.environment = ProcessInfo.processInfo.environment.merging([
      "PKG_CONFIG_PATH": folder.path, "LD_LIBRARY_PATH": folder.path,
    ]) { $1 }
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    let handle = try FileHandle(forWritingTo: output)
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    process.waitUntilExit()
    let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
    try #require(!succeeding || process.terminationStatus == 0, "\(words.joined(separator: " ")): \(text)")
    return text
  }

  /// A folder with the library in it.
  private static func library() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let link = Fixture.root.appending(path: ".ci/library").path
    try run([link, Self.build.path, folder.url.path], in: folder.url)
    return folder
  }

  /// Compiles a program as a user does, without a warning.
  private static func compile(_ source: String, _ standard: String, to name: String, in folder: URL) throws {
    let words = ["--cflags", "--libs"].map { option in
      (try? run(["pkg-config", option, "mvmr"], in: folder)) ?? ""
    }.joined(separator: " ").split(whereSeparator: \.isWhitespace).map(String.init)
    let compiler = source.hasSuffix(".c") ? "clang" : "clang++"
    try run(
      [compiler, "-std=\(standard)", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-pedantic", source, "-o", name]
        + words + ["-lm", "-lpthread"], in: folder)
  }

  @Test func programsInCAndInCPlusPlusRun() throws {
    let library = try Self.library()
    let folder = library.url
    for (file, standard) in [("interface.c", "c11"), ("interface.cpp", "c++17")] {
      let source = Fixture.root.appending(path: "Tests/MVInterfaceTests/Programs/\(file)").path
      try Self.compile(source, standard, to: "program", in: folder)
      #expect(try Self.run(["./program", folder.path], in: folder) == "all is well\n")
    }
  }

  @Test func nothingElseIsToBeSeen() throws {
    let library = try Self.library()
    let symbols = try Self.run(["nm", "-D", "--defined-only", "libmvmr.so"], in: library.url)
      .split(separator: "\n").compactMap { $0.split(separator: " ").last.map(String.init) }
    #expect(symbols.count > 40 && symbols.allSatisfy { $0.hasPrefix("mvmr_") }, "\(symbols)")
    // Every function of the header, and no other.
    let header = try String(
      contentsOf: Fixture.root.appending(path: "Sources/CInterface/include/mvmr.h"), encoding: .utf8)
    let declared = header.matches(of: /(?m)^[a-z][^\/;{]*?\b(mvmr_[a-z_0-9]+)\(/).map { String($0.output.1) }
    #expect(Set(declared) == Set(symbols), "\(Set(declared).symmetricDifference(symbols).sorted())")
  }

  @Test func installedBelowAPrefixItIsFoundThere() throws {
    let library = try Self.library()
    let folder = library.url
    let root = folder.appending(path: "root")
    let install = Fixture.root.appending(path: ".ci/install-library").path
    try Self.run([install, folder.path, root.path, "/opt/mvmr"], in: folder)
    let flags = try Self.run(
      [
        "PKG_CONFIG_PATH=\(root.path)/opt/mvmr/lib/pkgconfig", "PKG_CONFIG_SYSROOT_DIR=\(root.path)", "pkg-config",
        "--cflags", "--libs", "mvmr",
      ], in: folder
    ).split(whereSeparator: \.isWhitespace).map(String.init)
    #expect(flags == ["-I\(root.path)/opt/mvmr/include", "-L\(root.path)/opt/mvmr/lib", "-lmvmr"])
    let source = folder.appending(path: "version.c")
    try Data("#include <mvmr.h>\nint main(void) { return mvmr_abi_version() == MVMR_ABI_VERSION ? 0 : 1; }\n".utf8)
      .write(to: source)
    try Self.run(["clang", "version.c", "-o", "version"] + flags, in: folder)
    try Self.run(["LD_LIBRARY_PATH=\(root.path)/opt/mvmr/lib", "./version"], in: folder)
  }

  /// The programs that the documentation shows are whole and do what they say.
  @Test func programsOfTheDocumentationRun() throws {
    let library = try Self.library()
    let folder = library.url
    let page = try String(
      contentsOf: Fixture.root.appending(path: "Notebooks-free-docs/C.md"), encoding: .utf8)
    let programs = page.matches(of: /(?s)```(c|cpp)\n(.*?)```/)
    #expect(programs.count >= 2)
    for (number, program) in programs.enumerated() {
      let isC = program.output.1 == "c"
      let name = "page\(number)\(isC ? ".c" : ".cpp")"
      try Data(program.output.2.utf8).write(to: folder.appending(path: name))
      try Self.compile(name, isC ? "c11" : "c++17", to: "page\(number)", in: folder)
      try Self.run(["./page\(number)"], in: folder)
    }
  }
}
