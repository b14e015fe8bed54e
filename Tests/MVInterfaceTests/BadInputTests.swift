import CInterface
import Foundation
import MVCore
import TestSupport
import Testing

/// No argument ends the process, and each fault is told with a remedy.
struct BadInputTests {
  /// Calls `body` and expects one of the statuses, and a message with what is given.
  private func expect(
    _ statuses: Int..., containing words: String = "", _ line: SourceLocation = #_sourceLocation,
    _ body: () -> mvmr_status
  ) {
    let status = Int(body())
    let message = String(cString: mvmr_last_error())
    #expect(statuses.contains(status), "\(message)", sourceLocation: line)
    #expect(message.contains("; ") && (words.isEmpty || message.contains(words)), "\(message)", sourceLocation: line)
    #expect(!message.contains("\n"), sourceLocation: line)
  }

  @Test func handlesThatAreNoneAreTold() throws {
    let freed = try Handle.representation("hog").pointer
    let other = try Handle(mvmr_extraction_free) {
      mvmr_extraction_create("{\"source\": \"synthetic:40\", \"output\": \"never.h5\"}", $0)
    }
    let strange = OpaquePointer(bitPattern: 0x7fff_1234_5678)
    var text: UnsafeMutablePointer<CChar>?
    var number: Int64 = 0
    var values = [Float](repeating: 0, count: 4)
    var labels = [Int64](repeating: 0, count: 4)
    for (handle, status) in [
      (nil, MVMR_INVALID_ARGUMENT), (freed, MVMR_CLOSED), (strange, MVMR_CLOSED), (other.pointer, MVMR_CLOSED),
    ] {
      expect(status) { mvmr_representation_description(handle, &text) }
      expect(status) { mvmr_representation_layout(handle, 32, 32, 3, &text) }
      expect(status) { mvmr_representation_columns(handle, 32, 32, 3, &number) }
      expect(status) { mvmr_representation_compute(handle, nil, &values, 0, 4, 0) }
      expect(status) { mvmr_representation_picture(handle, nil, 0, nil, nil, nil, nil) }
      expect(status) { mvmr_feature_file_description(handle, &text) }
      expect(status) { mvmr_feature_file_rows(handle, "train", &number) }
      expect(status) { mvmr_feature_file_labels(handle, "train", &labels, 4) }
      expect(status) { mvmr_feature_file_label_columns(handle, "train", nil, 0, nil) }
      expect(status) { mvmr_feature_file_ids(handle, "train", &text, &number) }
      expect(status) { mvmr_feature_file_skipped(handle, "train", nil, 0) }
      expect(status) { mvmr_feature_file_verify(handle, 0, nil, nil, nil) }
      expect(status) { mvmr_feature_file_features(handle, "train", "hog", 0, nil) }
      expect(status) { mvmr_features_size(handle, nil, nil) }
      expect(status) { mvmr_features_layout(handle, &text) }
      expect(status) { mvmr_features_read(handle, nil, 0, nil, 0, 0, 0) }
      expect(status) { mvmr_features_read_range(handle, 0, 0, nil, 0, 0, 0) }
      expect(status) { mvmr_neighbors_classes(handle, nil, 0, nil) }
      expect(status) { mvmr_neighbors_search(handle, nil, 1, nil, nil, 0, nil, nil) }
      expect(status) { mvmr_neighbors_predict(handle, nil, 1, 1, nil, nil, 0, nil, nil) }
      expect(status) { mvmr_probe_description(handle, &text) }
      expect(status) { mvmr_probe_weights(handle, nil, 0, nil) }
      expect(status) { mvmr_probe_save(handle, "/nowhere/probe.json") }
      if handle != other.pointer {
        expect(status) { mvmr_extraction_plan(handle, &text) }
        expect(status) { mvmr_extraction_run(handle, nil, nil, nil) }
        expect(status) { mvmr_extraction_cancel(handle) }
      }
      var probe: OpaquePointer?
      expect(status) { mvmr_probe_fit_from(handle, nil, nil, 0, nil, nil, &probe) }
      expect(status) { mvmr_neighbors_create_from(handle, nil, nil, &probe) }
      #expect(text == nil && probe == nil)
    }
    for handle in [nil, freed, strange] {
      mvmr_representation_free(handle)
      mvmr_feature_file_free(handle)
      mvmr_features_free(handle)
      mvmr_neighbors_free(handle)
      mvmr_probe_free(handle)
      mvmr_extraction_free(handle)
    }
    mvmr_free(nil)
  }

  @Test func specificationsAndSettingsAreChecked() throws {
    var handle: OpaquePointer?
    let long = String(repeating: "x", count: 100_000)
    for text in ["", "hgo", "hog:cell_size", "hog:cell_size=-1", "hog:cell_size=99999999999999999999", "hog:,"] {
      expect(MVMR_INVALID_ARGUMENT) { mvmr_representation_create(text, &handle) }
    }
    #expect(mvmr_representation_create(long, &handle) == mvmr_status(MVMR_INVALID_ARGUMENT))
    #expect(String(cString: mvmr_last_error()).hasSuffix("xxx..."), "cut, and seen to be")
    expect(MVMR_INVALID_ARGUMENT, containing: "NULL") { mvmr_representation_create(nil, &handle) }
    expect(MVMR_INVALID_ARGUMENT, containing: "NULL") { mvmr_representation_create("hog", nil) }
    let bytes: [CChar] = [104, -1, 103, 0]
    expect(MVMR_INVALID_ARGUMENT, containing: "UTF-8") { mvmr_representation_create(bytes, &handle) }
    for settings in [
      "", "[]", "{", "{\"cell_size\": 0}", "{\"cell_size\": \"x\"}", "{\"size\": 1}", "{\"norm\": 3}", "7",
    ] {
      expect(MVMR_INVALID_ARGUMENT) { mvmr_representation_create_with("hog", settings, &handle) }
    }
    expect(MVMR_INVALID_ARGUMENT) { mvmr_representation_create_with(nil, nil, &handle) }
    expect(MVMR_INVALID_ARGUMENT) { mvmr_catalogue(nil) }
    #expect(handle == nil)
  }

  @Test func imagesThatCannotBeAreRefused() throws {
    let hog = try Handle.representation("hog")
    let batch = try RepresentationCallTests.batches()[0]
    var values = [Float](repeating: 0, count: batch.count * 324)
    let room = Int64(values.count)
    func compute(
      _ status: Int, _ words: String, _ line: SourceLocation = #_sourceLocation, stride: Int64 = 0,
      capacity: Int64? = nil,
      threads: Int32 = 0, _ change: (inout mvmr_images) -> Void
    ) {
      withPixels(of: batch) { data in
        var given = images(data, batch)
        change(&given)
        expect(status, containing: words, line) {
          mvmr_representation_compute(hog.pointer, &given, &values, stride, capacity ?? room, threads)
        }
      }
    }
    compute(MVMR_INVALID_ARGUMENT, "NULL") { $0.data = nil }
    compute(MVMR_UNSUPPORTED_TYPE, "type 7") { $0.type = 7 }
    compute(MVMR_INVALID_ARGUMENT, "order -1") { $0.order = -1 }
    compute(MVMR_INVALID_ARGUMENT, "are -1") { $0.count = -1 }
    compute(MVMR_INVALID_ARGUMENT, "too many") { $0.count = .max }
    compute(MVMR_INVALID_ARGUMENT, "capacity") { $0.count = 1 << 31 }
    for side in [Int64.min, -1, 0, 32769, .max] {
      compute(MVMR_INVALID_ARGUMENT, "1 to 32768") { $0.height = side }
      compute(MVMR_INVALID_ARGUMENT, "1 to 32768") { $0.width = side }
    }
    for channels in [Int64.min, 0, 2, 4, .max] {
      compute(MVMR_INVALID_ARGUMENT, "gray nor color") { $0.channels = channels }
    }
    compute(MVMR_INVALID_ARGUMENT, "more than 2147483647") { ($0.height, $0.width) = (32768, 32768) }
    compute(MVMR_INVALID_ARGUMENT, "cell_size") { ($0.height, $0.width) = (8, 8) }
    compute(MVMR_INVALID_ARGUMENT, "too far") { ($0.order, $0.row_stride) = (mvmr_order(MVMR_STRIDED), .max) }
    compute(MVMR_INVALID_ARGUMENT, "too far") { ($0.order, $0.image_stride) = (mvmr_order(MVMR_STRIDED), .min) }
    compute(MVMR_INVALID_ARGUMENT, "row_stride", stride: 323) { _ in }
    compute(MVMR_INVALID_ARGUMENT, "row_stride", stride: -324) { _ in }
    compute(MVMR_INVALID_ARGUMENT, "too little", stride: .max) { _ in }
    compute(MVMR_INVALID_ARGUMENT, "it takes \(room)", capacity: room - 1) { _ in }
    compute(MVMR_INVALID_ARGUMENT, "too little", capacity: -1) { _ in }
    compute(MVMR_INVALID_ARGUMENT, "threads", threads: -1) { _ in }
    expect(MVMR_INVALID_ARGUMENT) { mvmr_representation_compute(hog.pointer, nil, &values, 0, room, 0) }
    try withPixels(of: batch) { data in
      var given = images(data, batch)
      expect(MVMR_INVALID_ARGUMENT, containing: "NULL") {
        mvmr_representation_compute(hog.pointer, &given, nil, 0, room, 0)
      }
      expect(MVMR_INVALID_ARGUMENT, containing: "aligned") {
        values.withUnsafeMutableBytes { memory in
          let between = memory.baseAddress.map { $0 + 2 }?.assumingMemoryBound(to: Float.self)
          return mvmr_representation_compute(hog.pointer, &given, between, 0, room, 0)
        }
      }
      // No images are fine, wherever they are.
      given.count = 0
      given.data = nil
      try ok(mvmr_representation_compute(hog.pointer, &given, nil, 0, 0, 0))
      var (bytes, size) = (UnsafeMutablePointer<UInt8>(nil), Int64(0))
      expect(MVMR_INVALID_ARGUMENT, containing: "one image") {
        mvmr_representation_picture(hog.pointer, &given, 0, &bytes, &size, nil, nil)
      }
      (given.count, given.data) = (1, data)
      expect(MVMR_INVALID_ARGUMENT, containing: "format") {
        mvmr_representation_picture(hog.pointer, &given, 9, &bytes, &size, nil, nil)
      }
      expect(MVMR_INVALID_ARGUMENT) { mvmr_representation_picture(hog.pointer, &given, 0, nil, &size, nil, nil) }
    }
    let large = try Handle.representation("hog:cell_size=1,block_size=64,orientations=360")
    var number: Int64 = 0
    expect(MVMR_INVALID_ARGUMENT, containing: "2147483647") {
      mvmr_representation_columns(large.pointer, 20000, 20000, 1, &number)
    }
    let opencv = try Handle.representation("hog-opencv")
    let floats = try RepresentationCallTests.batches()[1]
    let failure = #expect(throws: CallFailure.self) { try rows(opencv, floats) }
    #expect(failure?.status == MVMR_UNSUPPORTED_TYPE && failure?.message.contains("uint8") == true)
  }

  @Test func filesThatAreNoneAreTold() throws {
    let folder = try TemporaryFolder()
    let other = folder.url.appending(path: "other.h5")
    try Data("no file of features".utf8).write(to: other)
    var handle: OpaquePointer?
    expect(MVMR_NOT_FOUND) { mvmr_feature_file_open(folder.url.appending(path: "missing.h5").path, &handle) }
    expect(MVMR_BAD_DATA) { mvmr_feature_file_open(other.path, &handle) }
    expect(MVMR_INVALID_ARGUMENT) { mvmr_feature_file_open(nil, &handle) }
    expect(MVMR_NOT_FOUND) { mvmr_probe_load(folder.url.appending(path: "missing.json").path, &handle) }
    expect(MVMR_BAD_DATA) { mvmr_probe_load(other.path, &handle) }
    #expect(handle == nil)
  }

  @Test func rowsThatAreNoneAreTold() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appending(path: "a.h5").path
    let extraction = try Handle(mvmr_extraction_free) {
      mvmr_extraction_create(
        "{\"source\": \"synthetic:20\", \"output\": \"\(path)\", \"representations\": [\"hog\"]}", $0)
    }
    try ok(mvmr_extraction_run(extraction.pointer, nil, nil, nil))
    let file = try Handle(mvmr_feature_file_free) { mvmr_feature_file_open(path, $0) }
    var number: Int64 = 0
    var labels = [Int64](repeating: 0, count: 20)
    expect(MVMR_INVALID_ARGUMENT, containing: "no split") { mvmr_feature_file_rows(file.pointer, "x", &number) }
    expect(MVMR_INVALID_ARGUMENT) { mvmr_feature_file_rows(file.pointer, nil, &number) }
    expect(MVMR_INVALID_ARGUMENT) { mvmr_feature_file_rows(file.pointer, "train", nil) }
    expect(MVMR_INVALID_ARGUMENT, containing: "it takes 20") {
      mvmr_feature_file_labels(file.pointer, "train", &labels, 19)
    }
    expect(MVMR_INVALID_ARGUMENT) { mvmr_feature_file_labels(file.pointer, "train", nil, 20) }
    expect(MVMR_INVALID_ARGUMENT) { mvmr_feature_file_skipped(file.pointer, "train", nil, 20) }
    expect(MVMR_INVALID_ARGUMENT) { mvmr_feature_file_ids(file.pointer, "train", nil, &number) }
    var none: OpaquePointer?
    expect(MVMR_INVALID_ARGUMENT, containing: "it has hog") {
      mvmr_feature_file_features(file.pointer, "train", "lbp", 0, &none)
    }
    let features = try Handle(mvmr_features_free) {
      mvmr_feature_file_features(file.pointer, "train", "hog", 0, $0)
    }
    var values = [Float](repeating: 0, count: 2 * 324)
    for index in [Int64.min, -1, 20, .max] {
      expect(MVMR_INVALID_ARGUMENT, containing: "0 to 19") {
        mvmr_features_read(features.pointer, [0, index], 2, &values, 0, 648, 0)
      }
      expect(MVMR_INVALID_ARGUMENT) { mvmr_features_read_range(features.pointer, index, 1, &values, 0, 648, 0) }
      expect(MVMR_INVALID_ARGUMENT) { mvmr_features_read_range(features.pointer, 1, index, &values, 0, 648, 0) }
    }
    expect(MVMR_INVALID_ARGUMENT) { mvmr_features_read(features.pointer, nil, 2, &values, 0, 648, 0) }
    expect(MVMR_INVALID_ARGUMENT) { mvmr_features_read(features.pointer, [0, 1], 2, &values, 0, 647, 0) }
    expect(MVMR_INVALID_ARGUMENT) { mvmr_features_read(features.pointer, [0], -1, &values, 0, 648, 0) }
    expect(MVMR_INVALID_ARGUMENT) { mvmr_features_read(features.pointer, [0], .max, &values, 0, 648, 0) }
    try ok(mvmr_features_read(features.pointer, nil, 0, nil, 0, 0, 0))
    try ok(mvmr_features_read_range(features.pointer, 20, 0, nil, 0, 0, 0))
  }

  @Test func matricesAndOptionsThatCannotBeAreRefused() throws {
    let values: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]
    let labels: [Int64] = [0, 1, 0, 1]
    var handle: OpaquePointer?
    values.withUnsafeBufferPointer { values in
      var good = matrix(values.baseAddress, 4, 2)
      for bad in [
        matrix(nil, 4, 2), matrix(values.baseAddress, -1, 2), matrix(values.baseAddress, 4, 0),
        matrix(values.baseAddress, 4, -2), matrix(values.baseAddress, 4, 1 << 31), matrix(values.baseAddress, .max, 2),
        mvmr_matrix(data: values.baseAddress, rows: 4, columns: 2, row_stride: 1),
        mvmr_matrix(data: values.baseAddress, rows: 4, columns: 2, row_stride: .max),
      ] {
        var bad = bad
        expect(MVMR_INVALID_ARGUMENT) { mvmr_neighbors_create(&bad, labels, nil, &handle) }
        expect(MVMR_INVALID_ARGUMENT) { mvmr_probe_fit(&bad, labels, nil, 1, nil, nil, &handle) }
        expect(MVMR_INVALID_ARGUMENT) { mvmr_distance_correlation(&bad, &good, 0, 1, nil, nil, nil) }
        expect(MVMR_INVALID_ARGUMENT) { mvmr_distance_correlation(&good, &bad, 0, 1, nil, nil, nil) }
        expect(MVMR_INVALID_ARGUMENT) {
          mvmr_multi_view_loss(&good, &good, &bad, [1], 1, nil, 1, nil, nil, nil, nil)
        }
      }
      var (empty, single) = (matrix(nil, 0, 2), matrix(values.baseAddress, 1, 2))
      expect(MVMR_INVALID_ARGUMENT) { mvmr_neighbors_create(&empty, labels, nil, &handle) }
      expect(MVMR_INVALID_ARGUMENT, MVMR_BAD_DATA) { mvmr_probe_fit(&empty, labels, nil, 1, nil, nil, &handle) }
      expect(MVMR_INVALID_ARGUMENT) { mvmr_distance_correlation(&empty, &empty, 0, 1, nil, nil, nil) }
      expect(MVMR_INVALID_ARGUMENT) { mvmr_distance_correlation(&single, &single, 0, 1, nil, nil, nil) }
      expect(MVMR_INVALID_ARGUMENT) { mvmr_distance_correlation(&good, &single, 0, 1, nil, nil, nil) }
      expect(MVMR_INVALID_ARGUMENT) { mvmr_distance_correlation(&good, &good, 2, 1, nil, nil, nil) }
      expect(MVMR_INVALID_ARGUMENT) { mvmr_distance_correlation(nil, &good, 0, 1, nil, nil, nil) }
      var many = matrix(values.baseAddress, 40000, 2)
      expect(MVMR_INVALID_ARGUMENT) { mvmr_distance_correlation(&many, &many, 0, 1, nil, nil, nil) }
      for options in ["[]", "{", "{\"k\": 1}", "{\"metric\": \"x\"}", "{\"metric\": 3}"] {
        expect(MVMR_INVALID_ARGUMENT) { mvmr_neighbors_create(&good, labels, options, &handle) }
      }
      for options in [
        "[]", "{\"lambda\": 1}", "{\"lambdas\": []}", "{\"lambdas\": [0]}", "{\"lambdas\": [\"x\"]}",
        "{\"validation\": 2}", "{\"folds\": 1}", "{\"folds\": 2, \"validation\": 0.1}", "{\"standardize\": 1}",
        "{\"gradient_norm\": -1}", "{\"max_iterations\": 0}", "{\"seed\": -1}", "{\"class_weights\": \"x\"}",
      ] {
        expect(MVMR_INVALID_ARGUMENT) { mvmr_probe_fit(&good, labels, options, 1, nil, nil, &handle) }
      }
      expect(MVMR_INVALID_ARGUMENT) { mvmr_probe_fit(&good, nil, nil, 1, nil, nil, &handle) }
      expect(MVMR_INVALID_ARGUMENT) { mvmr_probe_fit(&good, [0, 1, -2, 0], nil, 1, nil, nil, &handle) }
      expect(MVMR_INVALID_ARGUMENT) { mvmr_probe_fit(&good, labels, nil, -1, nil, nil, &handle) }
      expect(MVMR_INVALID_ARGUMENT, MVMR_BAD_DATA) { mvmr_probe_fit(&good, [1, 1, 1, 1], nil, 1, nil, nil, &handle) }
      expect(MVMR_INVALID_ARGUMENT) { mvmr_multi_view_loss(&good, &single, nil, nil, 0, nil, 1, nil, nil, nil, nil) }
      expect(MVMR_INVALID_ARGUMENT) { mvmr_multi_view_loss(&good, &good, nil, nil, 1, nil, 1, nil, nil, nil, nil) }
      expect(MVMR_INVALID_ARGUMENT) { mvmr_multi_view_loss(&good, &good, nil, nil, -1, nil, 1, nil, nil, nil, nil) }
      #expect(handle == nil)
      #expect(mvmr_neighbors_create(&good, nil, nil, &handle) == MVMR_OK)
      for k in [Int64.min, 0, 5, .max] {
        expect(MVMR_INVALID_ARGUMENT) { mvmr_neighbors_search(handle, &good, k, nil, nil, 1, nil, nil) }
      }
      expect(MVMR_INVALID_ARGUMENT, containing: "without labels") {
        mvmr_neighbors_predict(handle, &good, 1, 1, nil, nil, 1, nil, nil)
      }
      expect(MVMR_INVALID_ARGUMENT, MVMR_BAD_DATA) {
        var narrow = matrix(values.baseAddress, 4, 1)
        return mvmr_neighbors_search(handle, &narrow, 1, nil, nil, 1, nil, nil)
      }
      mvmr_neighbors_free(handle)
      handle = nil
      #expect(mvmr_neighbors_create(&good, labels, nil, &handle) == MVMR_OK)
      for temperature in [0, -1, .nan, .infinity] {
        expect(MVMR_INVALID_ARGUMENT) { mvmr_neighbors_predict(handle, &good, 1, temperature, nil, nil, 1, nil, nil) }
      }
      mvmr_neighbors_free(handle)
    }
    let odd: [Float] = [1, 2, .nan, 4, 5, 6, 7, 8]
    try odd.withUnsafeBufferPointer { odd in
      var bad = matrix(odd.baseAddress, 4, 2)
      handle = nil
      expect(MVMR_BAD_DATA) { mvmr_probe_fit(&bad, labels, nil, 1, nil, nil, &handle) }
      let neighbors = try Handle(mvmr_neighbors_free) { mvmr_neighbors_create(&bad, labels, nil, $0) }
      expect(MVMR_BAD_DATA) { mvmr_neighbors_search(neighbors.pointer, nil, 1, nil, nil, 1, nil, nil) }
      var value = 0.0
      try ok(mvmr_distance_correlation(&bad, &bad, 0, 1, &value, nil, nil))
      #expect(value.isNaN)
    }
  }

  @Test func extractionsThatCannotBeAreRefused() throws {
    var handle: OpaquePointer?
    for options in [
      "", "[]", "{}", "{\"source\": \"synthetic:8\"}", "{\"output\": \"a.h5\"}",
      "{\"source\": \"nothing:x\", \"output\": \"a.h5\"}", "{\"source\": 3, \"output\": \"a.h5\"}",
      "{\"source\": {\"a\": 1}, \"output\": \"a.h5\"}",
      "{\"source\": \"synthetic:8\", \"output\": \"a.h5\", \"representation\": [\"hog\"]}",
      "{\"source\": \"synthetic:8\", \"output\": \"a.h5\", \"representations\": \"hog\"}",
      "{\"source\": \"synthetic:8\", \"output\": \"a.h5\", \"representations\": [\"hgo\"]}",
      "{\"source\": \"synthetic:8\", \"output\": \"a.h5\", \"representations\": [\"hog\", \"hog\"]}",
      "{\"source\": \"synthetic:8\", \"output\": \"a.h5\", \"jobs\": -1}",
      "{\"source\": \"synthetic:8\", \"output\": \"a.h5\", \"jobs\": 4096}",
      "{\"source\": \"synthetic:8\", \"output\": \"a.h5\", \"dtype\": \"int8\"}",
      "{\"source\": \"synthetic:8\", \"output\": \"a.h5\", \"limit\": 0}",
      "{\"source\": \"synthetic:8\", \"output\": \"a.h5\", \"shard\": \"3/2\"}",
      "{\"source\": \"synthetic:8\", \"output\": \"a.h5\", \"shard\": \"srun\"}",
      "{\"source\": \"synthetic:8\", \"output\": \"a.h5\", \"size\": \"0\"}",
      "{\"source\": \"synthetic:8\", \"output\": \"a.h5\", \"sync_interval\": -1}",
      "{\"source\": \"synthetic:8\", \"output\": \"a.h5\", \"software\": {\"a\": 1}}",
    ] {
      expect(MVMR_INVALID_ARGUMENT) { mvmr_extraction_create(options, &handle) }
    }
    expect(MVMR_INVALID_ARGUMENT) { mvmr_extraction_create(nil, &handle) }
    expect(MVMR_NOT_FOUND) {
      mvmr_extraction_create("{\"source\": \"folder:/nowhere/at/all\", \"output\": \"a.h5\"}", &handle)
    }
    #expect(handle == nil)
  }

  /// As on the command line: what would change nothing is not taken.
  @Test(arguments: ["\"decode\": \"fast\"", "\"exif\": true", "\"sixteen_bits\": \"round\"", "\"alpha\": \"white\""])
  func optionsForImageFilesAreForImageFiles(_ option: String) {
    var pointer: OpaquePointer?
    expect(MVMR_INVALID_ARGUMENT, containing: "is for image files, of which synthetic:40 has none") {
      mvmr_extraction_create("{\"source\": \"synthetic:40\", \"output\": \"never.h5\", \(option)}", &pointer)
    }
  }
}
