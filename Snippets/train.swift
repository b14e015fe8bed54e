// Trains a small encoder on the built-in images, without labels, and scores its embeddings.
//
// swift run train [FOLDER]
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
try settings.set("widths", to: .string("8-16-32"))
try settings.set("projector", to: .string("64-64"))

let hog = try FeatureFile(reading: features)["train"].features("hog")
let data = try TrainingData(
  source: source, split: source.split("train"), targets: [.stored("hog", hog)])
let run = folder.appending(path: "run")
let trainer = try Trainer(settings, data: data, folder: run, resuming: true)
try trainer.run { progress in print(progress.step, progress.loss.total) }

let embeddings = folder.appending(path: "embeddings.h5")
try Embedder(trainer).write(source, to: embeddings, checkpoint: "run")
let (train, test) = try EvaluationPair(
  FeatureFile(reading: embeddings), representations: ["embedding"]
).heldOut()
print("a linear probe tells apart", try LinearProbe().fit(train).score(test).top1)
