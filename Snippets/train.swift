// Trains a small encoder on the built-in images, without labels, and scores its embeddings.
//
// swift run -c release train [FOLDER]
import Foundation
import MVCore
import MVDatasets
import MVEvaluation
import MVExtraction
import MVRepresentations
import MVStore
import MVTraining

let folder = URL(filePath: CommandLine.arguments.dropFirst().first ?? NSTemporaryDirectory())
let source = try Synthetic(count: 120)
let features = folder.appending(path: "hog.h5")
try Extraction(of: [HOG()], from: source, to: features).run()

var settings = TrainingSettings()
settings.encoder = .cifarResNet
settings.depth = 8
settings.batchSize = 30
settings.epochs = 2
settings.lr = 1e-3
settings.widths = [8, 16, 32]
settings.projector = [64, 64]

let split = try source.split("train")
let targets = try TrainingTarget.targets(in: FeatureFile(reading: features), of: source, split: split)
let data = try TrainingData(source: source, split: split, targets: targets)
let run = folder.appending(path: "run")
let trainer = try Trainer(settings, data: data, folder: run, resuming: true)
try trainer.run { progress in print(progress.step, progress.loss.total) }

let embeddings = folder.appending(path: "embeddings.h5")
try trainer.embedder().write(EmbeddingJob(of: source, to: embeddings), checkpoint: "run")
let (train, test) = try EvaluationPair(
  FeatureFile(reading: embeddings), representations: ["embedding"]
).heldOut()
print("a linear probe tells apart", try LinearProbe().fit(train).score(test).top1)
