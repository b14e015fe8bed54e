internal import MVCore

/// Data sets whose own layout is more than class folders: given as a folder, their labels would be lost.
enum PublishedLayout {
  /// The kind of source that reads `tree`, by the files that only that data set has; nil for all others.
  static func kind(of tree: FileTree) -> String? {
    let marks = [
      ("tiny-imagenet", ["", "tiny-imagenet-200/"], ["wnids.txt", "val/val_annotations.txt"]),
      ("voc07", ["", "VOC2007/", "VOCdevkit/VOC2007/"], ["ImageSets/Main/trainval.txt"]),
      ("cifar10", ["", "cifar-10-batches-bin/", "cifar-10-batches-py/"], ["data_batch_1.bin", "data_batch_1"]),
      ("cifar100", ["", "cifar-100-binary/"], ["fine_label_names.txt"]),
      ("stl10", ["", "stl10_binary/"], ["train_X.bin"]),
    ]
    return marks.first { _, folders, files in
      folders.contains { folder in files.contains { tree.contains(folder + $0) } }
    }?.0
  }
}
