/// Which of the CIFAR data sets, and where its parts stand in the two forms that it comes in.
struct CIFARVersion: Sendable {
  /// One of the two labels of CIFAR-100, or the one of CIFAR-10.
  struct Label: Sendable {
    /// Its byte in a binary record.
    let offset: Int
    /// Its key in a pickled batch.
    let key: String
    /// How many classes there are.
    let classes: Int
  }

  /// The kind of source.
  let name: String
  /// The folders that the official archives hold: binary, Python.
  let folders: [String]
  /// Stems of the train batches, in order; a binary file has `.bin` at the end.
  let train: [String]
  /// The stem of the test batch.
  let test: String
  /// Every label of a record; the first `labels.count` bytes of a binary one.
  let labels: [Label]
  /// The label that is read.
  let chosen: Label
  /// The text file of class names in the binary form.
  let namesFile: String
  /// The pickled file of class names in the Python form, and the key there.
  let pickledNames: (file: String, key: String)
  /// The class names, where the files do not say; may be empty.
  let standardNames: [String]

  static let cifar10 = {
    let label = Label(offset: 0, key: "labels", classes: 10)
    return CIFARVersion(
      name: "cifar10", folders: ["cifar-10-batches-bin", "cifar-10-batches-py"],
      train: (1...5).map { "data_batch_\($0)" }, test: "test_batch", labels: [label], chosen: label,
      namesFile: "batches.meta.txt", pickledNames: ("batches.meta", "label_names"),
      standardNames: [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
      ])
  }()

  static func cifar100(fine: Bool) -> CIFARVersion {
    let labels = [
      Label(offset: 0, key: "coarse_labels", classes: 20), Label(offset: 1, key: "fine_labels", classes: 100),
    ]
    let word = fine ? "fine" : "coarse"
    return CIFARVersion(
      name: fine ? "cifar100" : "cifar20", folders: ["cifar-100-binary", "cifar-100-python"], train: ["train"],
      test: "test", labels: labels, chosen: labels[fine ? 1 : 0], namesFile: "\(word)_label_names.txt",
      pickledNames: ("meta", "\(word)_label_names"), standardNames: [])
  }
}
