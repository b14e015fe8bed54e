/// One of the CIFAR data sets, and where its parts stand in its binary and its Python form.
struct CIFARVersion: Sendable {
  /// One of the two labels of CIFAR-100, or the one of CIFAR-10.
  struct Label: Sendable {
    /// The label's byte in a binary record.
    let offset: Int
    /// The label's key in a pickled batch.
    let key: String
    /// The number of classes.
    let classes: Int
  }

  /// The kind of source.
  let name: String
  /// The folders in the official archives: binary, then Python.
  let folders: [String]
  /// The names of the train batches, in order; a binary file adds `.bin`.
  let train: [String]
  /// The name of the test batch; a binary file adds `.bin`.
  let test: String
  /// All labels of a record; they are its first `labels.count` bytes in the binary form.
  let labels: [Label]
  /// The label that the source uses.
  let chosen: Label
  /// The text file of class names in the binary form.
  let namesFile: String
  /// The pickled file of class names in the Python form, and their key in it.
  let pickledNames: (file: String, key: String)
  /// The class names to use where the files do not give them; may be empty.
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
