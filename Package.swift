// swift-tools-version: 6.3
import Foundation
import PackageDescription

// Targets stand in the order of the rungs, lowest first; which rung is whose, Notebooks-free-docs/Architecture.md says.
// A target imports only what it lists: the build refuses all else (`--explicit-target-dependency-import-check error`).

/// An unpacked libtorch 2.x, or the `torch` folder of a pip install, instead of Debian's libtorch 1.13.
let libtorch = ProcessInfo.processInfo.environment["LIBTORCH"]

let swift: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
// In C++20 clang takes a header with a module map for a module, and builds that only where modules are asked for.
let modules: [CXXSetting] = libtorch == nil ? [] : [.unsafeFlags(["-fmodules"])]
let openCVHeaders: [CXXSetting] = modules + [.headerSearchPath("../Links/opencv4")]
// The HOG descriptor alone is wanted of opencv_objdetect, which as a shared library would load ten more, neural
// networks among them, at every start: so it comes from the archive that Debian ships beside it.
let openCVLibraries: [LinkerSetting] = [
  ":libopencv_objdetect.a", "opencv_core", "opencv_imgproc",
].map { .linkedLibrary($0) }

// Flags for another libtorch are unsafe flags, which SwiftPM refuses in a dependency; so they exist only where asked
// for.
let torchHeaders: [CXXSetting] =
  modules + [.headerSearchPath("."), .headerSearchPath("Ranks/Declared")]
  + (libtorch.map { [.unsafeFlags(["-isystem", "\($0)/include", "-isystem", "\($0)/include/torch/csrc/api/include"])] }
    ?? [.headerSearchPath("../Links/torch-api"), .define("MVMR_ONEDNN")])
// By path: a search would find Debian's first.
let torchLibraries: [LinkerSetting] =
  libtorch.map { folder in
    let files = ["torch", "torch_cpu", "c10"].flatMap { ["-Xlinker", "\(folder)/lib/lib\($0).so"] }
    return [.unsafeFlags(files + ["-Xlinker", "-rpath", "-Xlinker", "\(folder)/lib"])]
  } ?? ["torch", "torch_cpu", "c10", "dnnl"].map { .linkedLibrary($0) }

func library(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swift)
}
func tests(of name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    swiftSettings: swift)
}

let package = Package(
  name: "mvmr",
  products: [
    .library(name: "MVCore", targets: ["MVCore"]),
    .library(name: "MVFiles", targets: ["MVFiles"]),
    .library(name: "MVImaging", targets: ["MVImaging"]),
    .library(name: "MVStore", targets: ["MVStore"]),
    .library(name: "MVYAML", targets: ["MVYAML"]),
    .library(name: "MVPages", targets: ["MVPages"]),
    .library(name: "MVDatasets", targets: ["MVDatasets"]),
    .library(name: "MVDownload", targets: ["MVDownload"]),
    .library(name: "MVRepresentations", targets: ["MVRepresentations"]),
    .library(name: "MVRepresentationChecks", targets: ["MVRepresentationChecks"]),
    .library(name: "MVEvaluation", targets: ["MVEvaluation"]),
    .library(name: "MVReports", targets: ["MVReports"]),
    .library(name: "MVExtraction", targets: ["MVExtraction"]),
    .library(name: "MVWeights", targets: ["MVWeights"]),
    .library(name: "MVNetworks", targets: ["MVNetworks"]),
    .library(name: "MVTraining", targets: ["MVTraining"]),
    // What `make library` links libmvmr.so of.
    .library(name: "MVInterface", type: .static, targets: ["MVInterface"]),
    .executable(name: "mvmr", targets: ["mvmr"]),
    .executable(name: "mvmr-train", targets: ["mvmr-train"]),
    .executable(name: "mvmr-bench", targets: ["mvmr-bench"]),
  ],
  targets: [
    // System libraries, and C headers over C++ libraries.
    .systemLibrary(name: "SystemLinux"),
    .systemLibrary(name: "SystemHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "SystemOpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "SystemYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "SystemArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(name: "SystemCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .target(name: "CGuarded"),
    .target(name: "COpenCV", dependencies: ["CGuarded"], cxxSettings: openCVHeaders, linkerSettings: openCVLibraries),
    .target(
      name: "CCodecs", dependencies: ["CGuarded"], cxxSettings: modules,
      linkerSettings: ["jpeg", "png16", "webp", "webpdemux", "tiff"].map { .linkedLibrary($0) }),
    .target(name: "CTorch", dependencies: ["CGuarded"], cxxSettings: torchHeaders, linkerSettings: torchLibraries),
    .target(name: "CInterface"),
    .target(name: "CCommandLine", dependencies: ["CGuarded"], cxxSettings: modules),
    .target(
      name: "CKernels", cxxSettings: [.define("HWY_SHARED_DEFINE"), .headerSearchPath(".")],
      linkerSettings: [.linkedLibrary("hwy")]),

    // Values, files, pictures, pages, data sets, representations, scores.
    library("MVCore", ["SystemLinux"]),
    library("MVFiles", ["MVCore", "SystemLinux", "SystemArchive"]),
    library("MVYAML", ["MVCore", "MVFiles", "SystemYAML"]),
    library("MVPages", ["MVCore", "MVFiles"]),
    library("MVImaging", ["MVCore", "MVFiles", "CCodecs", "COpenCV", "CGuarded", "CKernels"]),
    library("MVStore", ["MVCore", "MVFiles", "SystemHDF5", "CKernels"]),
    library("MVDatasets", ["MVCore", "MVFiles", "MVImaging"]),
    library("MVWeights", ["MVCore", "MVFiles", "CKernels"]),
    library("MVRepresentations", ["MVCore", "MVImaging", "COpenCV", "CGuarded", "CKernels"]),
    library("MVEvaluation", ["MVCore", "MVFiles", "MVStore", "CKernels", "SystemOpenBLAS"]),
    library("MVNetworks", ["MVCore", "MVFiles", "MVImaging", "MVWeights", "CTorch", "CGuarded"]),

    // Whole jobs.
    library("MVDownload", ["MVCore", "MVFiles", "MVDatasets", "SystemCurl"]),
    library("MVReports", ["MVCore", "MVFiles", "MVImaging", "MVPages", "MVStore", "MVDatasets", "MVEvaluation"]),
    library("MVRepresentationChecks", ["MVCore", "MVRepresentations", "CKernels"]),
    library("MVExtraction", ["MVCore", "MVYAML", "MVDatasets", "MVRepresentations", "MVStore"]),
    library(
      "MVTraining",
      [
        "MVCore", "MVFiles", "MVYAML", "MVPages", "MVImaging", "MVDatasets", "MVRepresentations", "MVStore",
        "MVEvaluation", "MVExtraction", "MVWeights", "MVNetworks", "CTorch", "CGuarded", "CKernels",
      ],
      resources: [
        "small", "cifar10", "cifar20", "cifar100", "stl10", "imagenet", "stl10-clip", "cifar100-clip", "imagenet-clip",
      ].map {
        .embedInCode("Configurations/\($0).yaml")
      }),

    // What other languages call.
    library(
      "MVInterface",
      [
        "MVCore", "MVFiles", "MVImaging", "MVStore", "MVDatasets", "MVRepresentations", "MVEvaluation", "MVExtraction",
        "CInterface",
      ]),

    // The command line: what the executables share, and they.
    library("MVCommandLine", ["MVCore", "MVFiles", "MVImaging", "MVDatasets", "CCommandLine", "CGuarded"]),
    .executableTarget(
      name: "mvmr",
      dependencies: [
        "MVCommandLine", "MVCore", "MVFiles", "MVYAML", "MVPages", "MVImaging", "MVStore", "MVDatasets", "MVDownload",
        "MVRepresentations", "MVEvaluation", "MVReports", "MVExtraction",
      ], swiftSettings: swift),
    .executableTarget(
      name: "mvmr-train",
      dependencies: [
        "MVCommandLine", "MVCore", "MVFiles", "MVYAML", "MVPages", "MVImaging", "MVStore", "MVDatasets",
        "MVRepresentations",
        "MVEvaluation", "MVReports",
        "MVExtraction", "MVWeights", "MVNetworks", "MVTraining",
      ], swiftSettings: swift),
    .executableTarget(
      name: "mvmr-bench",
      dependencies: [
        "MVCommandLine", "MVCore", "MVFiles", "MVYAML", "MVPages", "MVImaging", "MVStore", "MVDatasets",
        "MVRepresentations",
        "MVEvaluation",
        "MVExtraction", "MVNetworks", "MVTraining", "CKernels",
      ], exclude: ["Peers/extract.py", "Peers/representations.py"],
      resources: ["evaluation", "images", "store", "training"].map { .embedInCode("Peers/\($0).py") },
      swiftSettings: swift),

    // Tests: one target a module, and CommandTests, which run the built executables.
    .target(
      name: "TestSupport", dependencies: ["MVCore", "MVFiles"], path: "Tests/TestSupport", swiftSettings: swift),
    .target(
      name: "RankTestSupport", dependencies: ["MVCore", "MVNetworks", "TestSupport"], path: "Tests/RankTestSupport",
      swiftSettings: swift),
    tests(of: "MVCore", []),
    tests(of: "MVFiles", ["MVCore"]),
    tests(of: "MVPages", ["MVCore"]),
    tests(of: "MVImaging", ["MVCore", "MVFiles", "CCodecs", "COpenCV", "CGuarded", "CKernels"]),
    tests(of: "MVStore", ["MVCore", "MVFiles", "CKernels", "SystemHDF5"]),
    tests(of: "MVYAML", ["MVCore"]),
    tests(of: "MVDatasets", ["MVCore", "MVFiles", "MVImaging"]),
    tests(of: "MVWeights", ["MVCore", "MVFiles"]),
    tests(of: "MVNetworks", ["MVCore", "MVFiles", "MVImaging", "MVWeights", "CTorch", "RankTestSupport"]),
    tests(of: "MVDownload", ["MVCore", "MVDatasets", "MVFiles"]),
    tests(of: "MVRepresentations", ["MVRepresentationChecks", "MVCore", "MVFiles", "MVImaging", "CKernels"]),
    tests(of: "MVRepresentationChecks", ["MVRepresentations", "MVCore", "MVImaging"]),
    tests(of: "MVEvaluation", ["MVCore", "MVFiles", "MVStore", "CKernels"]),
    tests(
      of: "MVReports",
      [
        "MVCore", "MVImaging", "MVDatasets", "MVEvaluation", "MVExtraction", "MVPages", "MVRepresentations", "MVStore",
      ]),
    tests(of: "MVExtraction", ["MVCore", "MVDatasets", "MVRepresentations", "MVStore"]),
    tests(
      of: "MVTraining",
      [
        "MVExtraction", "MVYAML", "MVCore", "MVFiles", "MVImaging", "MVDatasets", "MVRepresentations", "MVStore",
        "MVEvaluation", "MVWeights", "MVNetworks",
        "CTorch", "RankTestSupport",
      ]),
    // Programs in C and C++ are compiled by a test against libmvmr.so, as users do.
    .testTarget(
      name: "MVInterfaceTests",
      dependencies: [
        "MVInterface", "CInterface", "MVCore", "MVDatasets", "MVExtraction", "MVFiles", "MVRepresentations", "MVStore",
        "TestSupport",
      ], exclude: ["Programs"], swiftSettings: swift),
    tests(of: "MVCommandLine", ["MVCore"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "MVCore", "MVDatasets", "MVEvaluation", "MVExtraction", "MVFiles", "MVImaging", "MVRepresentations", "MVStore",
        "TestSupport",
        "mvmr", "mvmr-train", "mvmr-bench",
      ],
      swiftSettings: swift),
  ],
  // libtorch 2's headers may ask for C++20; Debian's 1.13 is content with C++17, as everything else is.
  cxxLanguageStandard: libtorch == nil ? .cxx17 : .cxx20
)
