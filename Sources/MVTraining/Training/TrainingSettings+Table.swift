public import MVCore

extension TrainingSettings {
  /// Every setting, in the order of the documentation.
  public static let settings: [Setting<TrainingSettings>] = [
    .choice("encoder", \.encoder, "the encoder"),
    .int("depth", \.depth, 0...1202, "layers of cifar-resnet, 6n+2; 0 takes 8"),
    .string(
      "widths", \.widths, accepts: "whole numbers joined by -, or nothing for the encoder's own",
      "channels of the stages (4 for resnet18, 34, 50; 3, or stem and 3, for cifar-resnet)",
      check: { WidthList(parsing: $0) != nil }),
    .choice("stem", \.stem, "what comes before the first block; auto is cifar for cifar networks, else small_kernel"),
    .string(
      "projector", \.projector, accepts: "whole numbers joined by -, or nothing for none",
      "widths of the projector's layers", check: { WidthList(parsing: $0) != nil }),
    .bool("normalize_z", \.normalizeZ, "scale embeddings to length 1 before the loss"),
    .int("batch_size", \.batchSize, 2...65536, "images a batch; distance correlations are taken within it"),
    .int("accumulate", \.accumulate, 1...4096, "batches whose gradients are averaged for one step"),
    .int("epochs", \.epochs, 1...1_000_000, "passes over the images"),
    .double(
      "warmup_epochs", \.warmupEpochs, -1...1_000_000, "epochs of warm-up; -1 takes a tenth of the epochs, at most 10"),
    .double("lr", \.lr, 0...1000, "full learning rate"),
    .double("min_lr", \.minLR, 0...1000, "learning rate at the start of the warm-up and the end of the cosine"),
    .double("wd", \.weightDecay, 0...1000, "weight decay"),
    .choice("optimizer", \.optimizer, "update rule"),
    .choice("scheduler", \.scheduler, "learning rate over time, per step"),
    .string(
      "milestones", \.milestones, accepts: "epochs joined by -, or nothing", "where multistep lowers the rate",
      check: { WidthList(parsing: $0) != nil }),
    .double("gamma", \.gamma, 0...1, "factor of multistep at each milestone"),
    .double("clip", \.clip, 0...1e9, "largest norm of the gradient; 0 for no limit"),
    .double("std_margin", \.margin, 0...1e6, "standard deviation below which the hinge acts"),
    .double("weight_mse", \.mseWeight, 0...1e9, "weight of the mean squared difference of the views"),
    .double("weight_std", \.deviationWeight, 0...1e9, "weight of the hinge on standard deviations"),
    .double("weight_zz", \.viewsWeight, 0...1e9, "weight of the distance correlation of the views"),
    .double(
      "weight_representations", \.representationsWeight, 0...1e9, "weight of each representation without its own"),
    .string(
      "representation_weights", \.representationWeights, accepts: "NAME=WEIGHT joined by commas",
      "weights of single representations", check: { WeightList(parsing: $0) != nil }),
    .string(
      "representations", \.representations, accepts: "names joined by commas, all, or none",
      "representations in the loss; pixels and augment need no feature file"),
    .string(
      "representation_scales", \.representationScales, accepts: "NAME=FACTOR joined by commas",
      "factors on representations of the feature file before distances are taken; it matters only beside the clamp of squares at 1e-4",
      check: { WeightList(parsing: $0)?.values.values.allSatisfy { $0 > 0 } ?? false }),
    .string(
      "teachers", \.teachers, accepts: "a list of teachers, or nothing",
      "TorchScript networks whose embeddings of the plain images are in the loss",
      check: { TeacherList(parsing: $0) != nil }),
    .choice("estimator", \.estimator, "how distance correlations are estimated; biased as published"),
    .double("embedding_scale", \.embeddingScale, 1e-9...1e9, "factor on embeddings before distances are taken"),
    .bool("released_sign", \.releasedSign, "add dCor(z, phi) as the released code does, not 1 - dCor(z, phi)"),
    .choice("policy", \.policy, "how views are made"),
    .choice("normalisation", \.normalization, "mean and deviation of images; auto is cifar up to 32 pixels"),
    .int("seed", \.seed, 0...Int.max, "seed of everything random"),
    .choice("precision", \.precision, "precision of products; auto is bf16 where the processor has it"),
    .choice("device", \.device, "what the network runs on"),
    .bool("channels_last", \.channelsLast, "keep channels fastest in memory, which the CPU is faster with"),
    .int("threads", \.threads, 0...1024, "threads of the network; 0 for every processor"),
    .int("workers", \.workers, 1...1024, "threads that prepare batches"),
    .int("checkpoint_every", \.checkpointEvery, 1...1_000_000, "epochs between checkpoints"),
    .int(
      "validate_every", \.validateEvery, 0...1_000_000,
      "epochs between k-NN and probe scores on a tenth of the training images, where they have labels; 0 for never"),
  ]
}

/// Whole numbers above 0, joined by `-`.
struct WidthList {
  let values: [Int]

  init?(parsing text: String) {
    guard !text.isEmpty else {
      values = []
      return
    }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    values = parts.compactMap { $0 }
    guard values.count == parts.count, values.allSatisfy({ (1...1_000_000).contains($0) }) else { return nil }
  }
}

/// `NAME=WEIGHT`, joined by commas.
struct WeightList {
  let values: [String: Double]

  init?(parsing text: String) {
    var values: [String: Double] = [:]
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[0].isEmpty, let weight = Double(sides[1]), weight.isFinite, weight >= 0,
        values.updateValue(weight, forKey: String(sides[0])) == nil
      else { return nil }
    }
    self.values = values
  }
}
