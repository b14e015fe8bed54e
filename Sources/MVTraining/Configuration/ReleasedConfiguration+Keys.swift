internal import MVCore
internal import MVImaging
internal import MVRepresentations
internal import MVYAML

extension ReleasedConfiguration {
  mutating func readRun() throws(MVError) {
    try map("batch_size", to: "batch_size", "of the whole run; the released code takes so many a GPU")
    try map("epochs", to: "epochs")
    try map("log_every", to: "log_every")
    try map("eval_every", to: "validate_every", "on a tenth of the training images, never on test images")
    ignore("n_workers", "results do not depend on it; set workers and threads for this machine")
    if let node = take("fp16") {
      let half = try node.settingValue() == .bool(true)
      try set("precision", .string(half ? "auto" : "float32"))
      note("fp16", "precision=\(half ? "auto" : "float32")", half ? "bfloat16 where the processor has it" : "")
    }
    if take("accumulate_grad_batches") != nil, text("accumulate_grad_batches") != "0" {
      let count = try int("accumulate_grad_batches", in: 1...4096, else: 1)
      try set("accumulate", .int(count))
      note(
        "accumulate_grad_batches", "accumulate=\(count)",
        count == 1
          ? ""
          : "the rate runs through its whole schedule; the released code counts batches for steps and stops \(count) times short of it"
      )
    } else {
      note("accumulate_grad_batches", "accumulate=1")
    }
    try map("normalize_z", to: "normalize_z")
    if let node = take("fine_tune_from") {
      throw .usage(
        node.place, "fine_tune_from names a checkpoint of PyTorch Lightning, which cannot be continued",
        remedy: "leave it empty; runs of mvmr go on with --resume")
    }
    note("fine_tune_from", "", "empty")
    try map("std_margin", to: "std_margin")
    try map("gradient_clip_val", to: "clip")
    for key in ["comment", "lr_suggested", "batch_size_suggested"] {
      ignore(key, "a note that the released code keeps")
    }
  }

  mutating func readOptimization() throws(MVError) {
    try map("optimizer", to: "optimizer")
    try map("wd", to: "wd")
    try map("lr", to: "lr")
    try map("milestones", to: "milestones")
    try map("gamma", to: "gamma")
    switch kind {
    case .selfSupervised:
      try map("scheduler", to: "scheduler")
      try map("warmup_epochs", to: "warmup_epochs", text("scheduler") == "warmup_cosine" ? "" : "of no effect")
      guard nodes.contains(where: { $0.key == "scheduler" }) else {
        throw .usage(file, "has no scheduler", remedy: "add scheduler: warmup_cosine, cosine or multistep")
      }
    case .distillation: try readWaves()
    case .semiSupervised, .voc: break
    }
  }

  mutating func readDataset() throws(MVError) {
    let kinds = [
      "stl10": 96, "cifar10": 32, "cifar20": 32, "cifar100": 32, "imagenet": 0, "imagenet50": 0, "imagenet100": 0,
      "imagenet200": 0, "tiny-imagenet": 64, "voc": 0,
    ]
    guard let node = take("dataset.name"), let name = text("dataset.name"), let side = kinds[name] else {
      throw .usage(
        nodes.first { $0.key == "dataset.name" }?.node.place ?? file,
        "dataset.name \(text("dataset.name") ?? "") is not one of those that can be read",
        remedy: "it takes \(kinds.keys.sorted().joined(separator: ", "))")
    }
    ignore("dataset.n_classes", "labels are not trained on")
    let path = take("dataset.path").flatMap { try? $0.settingValue().description }
    let usable = path.flatMap { $0.isEmpty || $0 == "<>" ? nil : $0 }
    let subset = ["imagenet50", "imagenet100", "imagenet200"].contains(name)
    if let usable, !subset, name != "voc" { configuration.source = "\(name):\(usable)" }
    note(
      "dataset.path", configuration.source.map { "source=\($0)" } ?? "",
      configuration.source == nil ? "give SOURCE on the command line, \(name):DIR\(subset ? ",CLASSES.txt" : "")" : "")
    let isCIFAR = name.hasPrefix("cifar")
    try set("normalization", .string(isCIFAR ? "cifar" : "imagenet"))
    let joins = name == "stl10" && (kind == .selfSupervised || kind == .distillation)
    if joins { configuration.split = "train+unlabeled" }
    note(
      "dataset.name", "normalization=\(isCIFAR ? "cifar" : "imagenet")\(joins ? ", split=train+unlabeled" : "")",
      "SOURCE must be of this kind")

    let size = try int("dataset.size", in: 8...4096, else: side)
    if side != 0, size != side {
      throw .usage(
        nodes.first { $0.key == "dataset.size" }?.node.place ?? node.place,
        "dataset.size=\(size) gives views of another size than the images of \(name), \(side)",
        remedy: "set it to \(side)")
    }
    if side == 0, size != 0 {
      configuration.size = ImageSize(height: size, width: size)
      note(
        "dataset.size", "size=\(size)",
        "images are brought to cover \(size)x\(size) and cut; there plain ones are cut from 256 pixels, views from the whole image"
      )
    } else {
      note("dataset.size", "", "the images' own")
    }
    if kind == .selfSupervised || kind == .distillation {
      guard let value = text("dataset.aug_policy"), AugmentationPolicy.Name(rawValue: value) != nil else {
        throw .usage(
          nodes.first { $0.key == "dataset.aug_policy" }?.node.place ?? file,
          "dataset.aug_policy=\(text("dataset.aug_policy") ?? "") is not possible",
          remedy: "it takes \(AugmentationPolicy.Name.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      try map("dataset.aug_policy", to: "policy")
      try require("dataset.n_aug", is: ["1"], "leave it out: one view of each image is trained on")
    }
  }

  mutating func readEncoder() throws(MVError) {
    try require("encoder_type", is: ["resnet"], "only resnet is in the released code")
    let backbone = text("encoder.backbone") ?? "resnet50"
    guard ["resnet18", "resnet50", "resnet8x4"].contains(backbone) else {
      throw .usage(
        nodes.first { $0.key == "encoder.backbone" }?.node.place ?? file,
        "encoder.backbone=\(backbone) is not possible",
        remedy: "it takes resnet50, resnet18 or resnet8x4")
    }
    _ = take("encoder.backbone")
    try set("encoder", .string(backbone))
    note("encoder.backbone", "encoder=\(backbone)", "", absentMatters: true)
    let small = text("encoder.small_kernel")?.lowercased() == "true"
    _ = take("encoder.small_kernel")
    let stem = backbone == "resnet8x4" ? "cifar" : small ? "small_kernel" : "imagenet"
    try set("stem", .string(stem))
    note("encoder.small_kernel", "stem=\(stem)", "", absentMatters: true)
    if take("encoder.out_dim") != nil {
      try map("encoder.out_dim", to: "projector")
    } else {
      try set("projector", .list([]))
      note("encoder.out_dim", "projector=", "none")
    }
  }

  /// Sets the five representations of the plain image that the released step uses.
  ///
  /// They are of normalized pixels; pixels, scattering and the second view are divided by 32, and their dependence is
  /// added.
  mutating func readRepresentations() throws(MVError) {
    let scales = try int("scatnet.J", in: 1...8, else: 2)
    let angles = try int("scatnet.L", in: 1...64, else: 8)
    note("scatnet.J", "scattering:J=\(scales)")
    note("scatnet.L", "scattering:L=\(angles)")
    if let node = take("scatnet.shape") {
      let sides = node.elements().compactMap { try? $0.settingValue().description }
      guard sides.count == 2, Set(sides) == [text("dataset.size") ?? ""] else {
        throw .usage(
          node.place, "scatnet.shape is not the size of the images, \(text("dataset.size") ?? "")",
          remedy: "give dataset.size twice")
      }
      note("scatnet.shape", "", "the images' own")
    }
    let bins = try int("hog.nbins", in: 1...360, else: 10)
    let pool = try int("hog.pool", in: 1...1024, else: 8)
    note("hog.nbins", "hog-layer:orientations=\(bins)", "", absentMatters: true)
    note("hog.pool", "hog-layer:cell_size=\(pool)", "", absentMatters: true)
    configuration.expected = [
      RepresentationSpecification(name: "scattering", settings: ["J": .int(scales), "L": .int(angles)]),
      RepresentationSpecification(
        name: "hog-layer",
        settings: ["orientations": .int(bins), "cell_size": .int(pool), "variant": .string("released")]),
      RepresentationSpecification(name: "std"),
    ]
    configuration.expectedNormalization = text("dataset.name")?.hasPrefix("cifar") == true ? .cifar : .imagenet
    configuration.settings.representations = .named(["pixels", "scattering", "augment", "hog-layer", "std"])
    configuration.settings.representationScales = ["scattering": 1.0 / 32]
    try set("released_sign", .bool(true))
    try set("released_augment", .bool(true))
    for (becomes, remark) in [
      (
        "representations=pixels,scattering,augment,hog-layer,std",
        "scattering, hog-layer and std from --features, of normalised images"
      ),
      ("representation_scales=scattering=0.03125", "divided by 32 there"),
      ("released_sign=true", "dependence on representations is added there, not 1 - it"),
      ("released_augment=true", "augment is drawn there once a batch, by custom, on normalized pixels"),
    ] {
      rows.append(Row(key: "the released step", value: "", becomes: becomes, remark: remark))
    }
  }

  /// Sets the released distillation's schedule, which is fixed: `CosineAnnealingLR` whose half wave is one epoch.
  private mutating func readWaves() throws(MVError) {
    ignore("scheduler", "the released distillation reads none")
    try map("warmup_epochs", to: "warmup_epochs", "at the full rate, but for one step of the waves an epoch")
    let images = [
      "stl10": 8000, "cifar10": 10_000, "cifar20": 10_000, "cifar100": 10_000, "imagenet": 50_000,
      "imagenet50": 2500, "imagenet100": 5000, "imagenet200": 10_000, "tiny-imagenet": 10_000,
    ]
    let every = nodes.contains { $0.key == "eval_every" } ? max(1, configuration.settings.validateEvery) : 1
    let batches = (images[text("dataset.name") ?? ""] ?? 0) / configuration.settings.batchSize / every
    try set("scheduler", .string(LearningRateSchedule.Kind.cosineWaves.rawValue))
    try set("min_lr", .double(0))
    try set("wave_batches", .int(batches))
    note(
      "scheduler", "scheduler=cosine_waves, min_lr=0, wave_batches=\(batches)",
      "as there, on one GPU: after the warm-up the rate swings between lr and 0, one swing in two epochs; "
        + "scheduler=warmup_cosine falls once",
      absentMatters: true)
  }

  /// Makes the CLIP model a role, fed as there.
  mutating func readTeacher() throws(MVError) {
    _ = take("clip.model_name")
    ignore("clip.pretrained", "the weights are in the teacher's file")
    let isCIFAR = text("dataset.name")?.hasPrefix("cifar") == true
    var teacher = TeacherSettings()
    teacher.label = "clip"
    teacher.size = ImageSize(height: 224, width: 224)
    let statistics: ImageStatistics = isCIFAR ? .cifar : .imagenet
    teacher.normalization = statistics
    teacher.scale = 1.0 / 32
    configuration.settings.teachers = [teacher]
    configuration.settings.representations = .none
    note(
      "clip.model_name", "teacher clip: size=224, normalization=\(statistics.rawValue), scale=0.03125",
      "the network by --teacher FILE.pt, or its embeddings by --features; fed as there: bilinear to 224 pixels, "
        + "the data set's statistics, embeddings divided by 32")
  }

  /// The settings of fine-tuning that the file asks for, where they are not the defaults.
  ///
  /// It is Adam at one rate for network and classifier, over views as in training.
  private var finetuneWords: String {
    let asked = configuration.settings
    var settings = FinetuneSettings()
    settings.batchSize = asked.batchSize
    settings.epochs = asked.epochs
    (settings.lr, settings.headLR, settings.weightDecay) = (asked.lr, asked.lr, asked.weightDecay)
    settings.precision = asked.precision
    settings.clip = asked.clip
    settings.policy = .custom
    return zip(settings.settingTable, FinetuneSettings().settingTable).filter { $0.value != $1.value }
      .map { " --set \($0.0.name)=\($0.0.text)" }.joined()
  }

  /// Says which command does what the file is for: the file itself is none of training.
  mutating func readEvaluation(_ what: String) throws(MVError) {
    let percentage = try int("dataset.percentage", in: 1...100, else: 100)
    for key in ["dataset.aug_policy", "num_classes", "num_features", "warmup_epochs", "scheduler"] {
      ignore(key, "of an evaluation")
    }
    note("dataset.percentage", "--labels \(percentage)%")
    let isVOC = kind == .voc
    let place = ShellWords.quoted(configuration.source ?? "\(isVOC ? "voc07" : datasetName):DIR")
    let size = configuration.size.map { " --size \($0.height)" } ?? (isVOC ? " --size 224" : "")
    let command =
      isVOC
      ? "mvmr embed run \(place)\(size) --output embedding.h5 && mvmr probe embedding.h5 --representation embedding"
      : "mvmr finetune run \(place)\(size)\(percentage == 100 ? "" : " --labels \(percentage)%") --output tuned"
        + finetuneWords
    evaluationCommand = command
    let node = nodes.first { ["dataset.percentage", "num_classes"].contains($0.key) }?.node ?? nodes.first?.node
    obstacle = .usage(
      node?.place ?? file, "the file is for \(what), which `mvmr train` does not do",
      remedy: "train by another file into the folder run, then: \(command)")
  }
}
