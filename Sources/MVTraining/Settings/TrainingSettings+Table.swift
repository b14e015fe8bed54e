public import MVCore
internal import MVNetworks

extension TrainingSettings {
  /// Every setting, in the order of the documentation.
  public static let settings: [Setting<TrainingSettings>] = [
    .encoder("encoder", \.encoder, "the encoder; `mvmr networks` lists transformers and others"),
    .int("depth", \.depth, 0...1202, "layers of cifar-resnet, 6n+2; 0 takes 8"),
    .list(
      "widths", \.widths, 1...1_000_000, separator: "-",
      "channels of the stages (4 for resnet18, 34, 50; 3, or stem and 3, for cifar-resnet); "
        + "nothing for the encoder's own"
    ),
    .choice(
      "stem", \.stem, automatic: "auto",
      "what comes before the first block; auto is cifar for cifar networks, else small_kernel"),
    .list(
      "projector", \.projector, 1...1_000_000, separator: "-", "widths of the projector's layers; nothing for none"),
    .bool("normalize_z", \.normalizeZ, "scale embeddings to length 1 before the loss"),
    .int(
      "batch_size", \.batchSize, 2...65536,
      "images a batch, of all processes together; distance correlations are taken within it"),
    .int("accumulate", \.accumulate, 1...4096, "batches whose gradients are averaged for one step"),
    .int("epochs", \.epochs, 1...1_000_000, "passes over the images"),
    .double(
      "warmup_epochs", \.warmupEpochs, -1...1_000_000, "epochs of warm-up; -1 takes a tenth of the epochs, at most 10"),
    .double("lr", \.lr, 0...1000, "full learning rate"),
    .double("min_lr", \.minLR, 0...1000, "learning rate at the start of the warm-up and the end of the cosine"),
    .double("wd", \.weightDecay, 0...1000, "weight decay"),
    .choice("optimizer", \.optimizer, "update rule"),
    .choice("scheduler", \.scheduler, "learning rate over time, per step"),
    .list("milestones", \.milestones, 1...1_000_000, separator: "-", "epochs at which multistep lowers the rate"),
    .double("gamma", \.gamma, 0...1, "factor of multistep at each milestone"),
    .int(
      "wave_batches", \.waveBatches, 0...1_000_000,
      "batches of validation an epoch that cosine_waves moves on by, as the released code's schedule does"),
    .int("restart_epochs", \.restartEpochs, 1...1_000_000, "epochs before the first restart of cosine_restarts"),
    .int(
      "restart_factor", \.restartFactor, 1...1000, "how many times as long each part of cosine_restarts is as the last"),
    .bool("wd_vectors", \.decaysVectors, "let biases and the weights of normalizations decay, too"),
    .double(
      "ema", \.averaging, 0...0.999999,
      "decay of a moving average of the weights, which is what is scored, embedded and exported; 0 for none"),
    .double("clip", \.clip, 0...1e9, "largest norm of the gradient; 0 for no limit"),
    .choice("loss", \.loss, "what stands between the views; representations and teachers go beside any"),
    .double("weight_views", \.criterionWeight, 0...1e9, "weight of simclr, vicreg or barlow as a whole"),
    .double(
      "temperature", \.temperature, 1e-4...1e6, "what cosines of simclr are divided by; for CIFAR 0.5 is published"),
    .double(
      "weight_invariance", \.invarianceWeight, 0...1e9, "weight of vicreg's mean squared difference of the views"),
    .double("weight_variance", \.varianceWeight, 0...1e9, "weight of vicreg's hinge on standard deviations"),
    .double("weight_covariance", \.covarianceWeight, 0...1e9, "weight of vicreg's squared covariances"),
    .double(
      "weight_off_diagonal", \.offDiagonalWeight, 0...1e9,
      "weight of barlow's squared correlations of different columns"
    ),
    .choice(
      "second_view", \.secondView, automatic: "auto",
      "what the random view is paired with; auto is plain for mvmr, else random"),
    .choice(
      "represented_views", \.representedViews, automatic: "auto",
      "views whose embeddings depend on representations; auto is both where both are random, else first"),
    .double("std_margin", \.margin, 0...1e6, "standard deviation below which the hinges of mvmr and vicreg act"),
    .double("weight_mse", \.mseWeight, 0...1e9, "weight of mvmr's mean squared difference of the views"),
    .double("weight_std", \.deviationWeight, 0...1e9, "weight of mvmr's hinge on standard deviations"),
    .double("weight_zz", \.viewsWeight, 0...1e9, "weight of mvmr's distance correlation of the views"),
    .double(
      "weight_representations", \.representationsWeight, 0...1e9, "weight of each representation without its own"),
    .pairs(
      "representation_weights", \.representationWeights, 0...Double.infinity, "weights of single representations"),
    .representations("representations", "representations in the loss; pixels and augment need no feature file"),
    .pairs(
      "representation_scales", \.representationScales, Double.leastNonzeroMagnitude...Double.infinity,
      "factors on representations and teachers before distances are taken; "
        + "they matter only beside the clamp of squares at 1e-4"
    ),
    .teachers("teachers", "networks whose embeddings of the plain images are in the loss"),
    .choice("estimator", \.estimator, "how distance correlations are estimated; biased as published"),
    .choice("dcor", \.dependenceScope, LossScope.help),
    .bool(
      "sync_batchnorm", \.synchronizesNormalization,
      "with several processes: normalize by the statistics of the whole batch, not of each rank's part"),
    .double("embedding_scale", \.embeddingScale, 1e-9...1e9, "factor on embeddings before distances are taken"),
    .bool("released_sign", \.releasedSign, "add dCor(z, phi) as the released code does, not 1 - dCor(z, phi)"),
    .choice("policy", \.policy, "how views are made"),
    .double(
      "crop_scale", \.cropScale, 0...1, "smallest share of the image that a random crop takes; 0 for the policy's own"),
    .int("local_crops", \.localCrops, 0...64, "small crops of each image beside the two views"),
    .int("local_size", \.localSize, 0...4096, "their side in pixels; 0 for 3/7 of the images', as 96 of 224"),
    .double(
      "local_scale", \.localScale, 0.05...1,
      "largest share of the image that they take, from 0.05; whole views then take no less, unless crop_scale says so"),
    .choice("views_from", \.viewsFrom, ViewOrigin.help),
    .bool(
      "released_augment", \.releasedAugment,
      "draw augment as the released code does: custom whatever the policy, once a batch, on normalized pixels"),
    .statistics(
      "normalization", \.normalization, automatic: "auto", "mean and deviation of images; auto is cifar up to 32 pixels"
    ).formerly("normalisation"),
    .int("seed", \.seed, 0...Int.max, "seed of everything random"),
    .choice("precision", \.precision, Precision.help),
    .device("device", \.device, "what the network runs on; cuda is the device of a rank's number on its machine"),
    .bool(
      "deterministic", \.isDeterministic,
      "on CUDA: algorithms that give the same bits in every run; false lets cuDNN try which are fastest"),
    .bool("channels_last", \.channelsLast, "keep channels fastest in memory, which the CPU is faster with"),
    .int("threads", \.threads, 0...1024, "threads of the network; 0 for every processor"),
    .int("workers", \.workers, 0...1024, "threads that prepare batches; 0 for every processor"),
    .int("checkpoint_every", \.checkpointEvery, 1...1_000_000, "epochs between checkpoints"),
    .int("log_every", \.logEvery, 0...1_000_000, "steps between scalars in TensorBoard's events; 0 for epochs alone"),
    .int(
      "validate_every", \.validateEvery, 0...1_000_000,
      "epochs between k-NN and probe scores on a tenth of the training images, where they have labels; 0 for never"),
    .bool(
      "online_head", \.onlineHead,
      "train a classifier beside the encoder, as released: it learns from the labels, the encoder does not"),
    .double("online_head_lr", \.onlineHeadLR, 0...1000, "its learning rate"),
  ]
}
