internal import Foundation
internal import MVCore
internal import MVFiles
internal import MVImaging

/// What JSON files beside a network's weights say of it: Hugging Face's, open_clip's and timm's.
struct NetworkDescription {
  private(set) var heads: Int?
  private(set) var width: Int?
  private(set) var epsilon: Double?
  private(set) var activation: VisionTransformerConfiguration.Activation?
  /// The name of the network, as its publisher has it.
  private(set) var title: String?
  /// The files that something was taken from.
  private(set) var files: [String] = []
  /// What config.json wants between the layers of a perceptron, where that is nothing that is built here.
  private var unknownActivation: String?
  private var side: Int?
  private var resize: Int?
  private var stretches = false
  private var margin: Double?
  private var interpolation: Resampling?
  private var mean: [Float]?
  private var deviation: [Float]?

  private typealias Object = [String: Any]

  /// Reads what lies in `folder`; files that are not there, or are of something else, say nothing.
  ///
  /// Throws where one cannot be read as JSON, or asks for layers that there are not.
  init(beside folder: URL) throws(MVError) {
    // Hugging Face and timm both call theirs config.json.
    if let file = try Self.object("config.json", in: folder) {
      if file["pretrained_cfg"] != nil || file["architecture"] is String { readTimm(file) } else { readModel(file) }
    }
    if let unknownActivation {
      throw .badData(
        folder.appending(path: "config.json").path, "asks for hidden_act \(unknownActivation), which is not built here",
        remedy: "give the network as TorchScript; built are gelu and quick_gelu")
    }
    if let file = try Self.object("open_clip_config.json", in: folder) { readOpenCLIP(file) }
    if let file = try Self.object("preprocessor_config.json", in: folder) { readProcessor(file) }
  }

  /// A description that says nothing.
  init() {}

  private static func object(_ name: String, in folder: URL) throws(MVError) -> Object? {
    let url = folder.appending(path: name)
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    let data = try WholeFile.bytes(of: url, orStream: false)
    guard let object = try? JSONSerialization.jsonObject(with: data) as? Object else {
      throw .badData(url.path, "is not a JSON object", remedy: "download it again, or move it away")
    }
    return object
  }

  private mutating func readModel(_ file: Object) {
    guard file["model_type"] is String else { return }
    let vision = file["vision_config"] as? Object ?? file
    heads = Self.whole(vision["num_attention_heads"]) ?? heads
    width = Self.whole(vision["hidden_size"]) ?? width
    epsilon = Self.number(vision["layer_norm_eps"]) ?? epsilon
    side = Self.whole(vision["image_size"]) ?? side
    activation = Self.activation(vision["hidden_act"]) ?? activation
    if let name = vision["hidden_act"] as? String, Self.activation(name) == nil { unknownActivation = name }
    if let name = file["_name_or_path"] as? String, !name.isEmpty { title = name }
    files.append("config.json")
  }

  private mutating func readTimm(_ file: Object) {
    title = file["architecture"] as? String
    if title?.contains("quickgelu") == true { activation = .quickGELU }
    if let published = file["pretrained_cfg"] as? Object { readNumbers(published) }
    files.append("config.json")
  }

  private mutating func readOpenCLIP(_ file: Object) {
    let model = file["model_cfg"] as? Object ?? file
    guard let vision = model["vision_cfg"] as? Object else { return }
    if model["quick_gelu"] as? Bool == true { activation = .quickGELU }
    if let width = Self.whole(vision["width"]), !(vision["layers"] is [Any]) {
      self.width = width
      heads = Self.whole(vision["head_width"]).flatMap { $0 > 0 ? width / $0 : nil } ?? heads
    }
    side = Self.whole(vision["image_size"]) ?? side
    if let published = file["preprocess_cfg"] as? Object { readNumbers(published) }
    files.append("open_clip_config.json")
  }

  private mutating func readProcessor(_ file: Object) {
    let crop = file["do_center_crop"] as? Bool == true ? Self.side(file["crop_size"]) : nil
    stretches = Self.stretches(file)
    resize = file["do_resize"] as? Bool == false ? nil : Self.side(file["size"])
    side = crop ?? resize ?? side
    interpolation = Self.whole(file["resample"]).flatMap { [1: .lanczos, 2: .bilinear, 3: .bicubic][$0] }
    mean = Self.numbers(file["image_mean"])
    deviation = Self.numbers(file["image_std"])
    files.append("preprocessor_config.json")
  }

  /// timm's and open_clip's names of the same things.
  private mutating func readNumbers(_ file: Object) {
    mean = Self.numbers(file["mean"]) ?? mean
    deviation = Self.numbers(file["std"]) ?? deviation
    interpolation = (file["interpolation"] as? String).flatMap(Resampling.init(rawValue:)) ?? interpolation
    side = (file["input_size"] as? [Any]).flatMap { Self.whole($0.last) } ?? Self.side(file["size"]) ?? side
    margin = Self.number(file["crop_pct"]).flatMap { $0 > 0 ? $0 : nil } ?? margin
  }

  /// What is said of images, with what is usual for the rest; nil where nothing is said of them.
  func preprocessing(usual: Preprocessing) -> Preprocessing? {
    guard let mean, let deviation else { return nil }
    let side = side ?? usual.framing.size.height
    let framing = Framing(
      .square(side), resize: resize ?? margin.map { Int((Double(side) / $0).rounded(.down)) } ?? side,
      interpolation: interpolation ?? usual.framing.interpolation, stretches: stretches)
    return Preprocessing(framing: framing, mean: mean, deviation: deviation)
  }

  // MARK: Values of JSON

  private static func whole(_ value: Any?) -> Int? { (value as? NSNumber).flatMap { Int(exactly: $0.doubleValue) } }
  private static func number(_ value: Any?) -> Double? { (value as? NSNumber)?.doubleValue }

  private static func numbers(_ value: Any?) -> [Float]? {
    guard let values = value as? [Any] else { return nil }
    let numbers = values.compactMap(number).map(Float.init)
    return numbers.count == 3 && values.count == 3 ? numbers : nil
  }

  /// The side of a square: a number, `{"shortest_edge": N}` or `{"height": N, "width": N}`.
  private static func side(_ value: Any?) -> Int? {
    if let object = value as? Object { return whole(object["shortest_edge"]) ?? whole(object["height"]) }
    return whole(value) ?? (value as? [Any]).flatMap { whole($0.last) }
  }

  /// Whether Hugging Face's processor scales images whatever their proportions.
  ///
  /// It does where it names a height and a width, or one number that it takes for both, as those of ViT and DeiT do,
  /// and those of CLIP and DINOv2 do not.
  private static func stretches(_ file: Object) -> Bool {
    if file["do_resize"] as? Bool == false { return false }
    if let size = file["size"] as? Object { return size["height"] != nil && size["width"] != nil }
    let kind = file["image_processor_type"] as? String ?? file["feature_extractor_type"] as? String ?? ""
    return file["size"] != nil && ["ViT", "DeiT"].contains { kind.hasPrefix($0) }
  }

  private static func activation(_ value: Any?) -> VisionTransformerConfiguration.Activation? {
    switch value as? String {
    case "quick_gelu": .quickGELU
    case "gelu": .gelu
    default: nil
    }
  }
}
