internal import Foundation
internal import MVCore
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
  /// The share of a scaled image that is cut out of it, and the file that says so.
  private var margin: (share: Double, file: DescribedObject)?
  private var interpolation: Resampling?
  private var mean: [Float]?
  private var deviation: [Float]?

  /// Reads what lies in `folder`; files that are not there, or are of something else, say nothing.
  ///
  /// Throws where one cannot be read as JSON, says of images what cannot be, or asks for layers that there are not.
  init(beside folder: URL) throws(MVError) {
    // Hugging Face and timm both call theirs config.json.
    if let file = try DescribedObject("config.json", in: folder) {
      if file.says("pretrained_cfg") || file.text("architecture") != nil {
        try readTimm(file)
      } else {
        try readModel(file)
      }
    }
    if let unknownActivation {
      throw .badData(
        folder.appending(path: "config.json").path, "asks for hidden_act \(unknownActivation), which is not built here",
        remedy: "give the network as TorchScript; built are gelu and quick_gelu")
    }
    if let file = try DescribedObject("open_clip_config.json", in: folder) { try readOpenCLIP(file) }
    if let file = try DescribedObject("preprocessor_config.json", in: folder) { try readProcessor(file) }
  }

  /// A description that says nothing.
  init() {}

  private mutating func readModel(_ file: DescribedObject) throws(MVError) {
    guard file.text("model_type") != nil else { return }
    let vision = file.object("vision_config") ?? file
    heads = vision.whole("num_attention_heads") ?? heads
    width = vision.whole("hidden_size") ?? width
    epsilon = vision.number("layer_norm_eps") ?? epsilon
    if let length = try vision.length("image_size") { side = length }
    let name = vision.text("hidden_act")
    activation = Self.activation(name) ?? activation
    if let name, Self.activation(name) == nil { unknownActivation = name }
    if let name = file.text("_name_or_path"), !name.isEmpty { title = name }
    files.append("config.json")
  }

  private mutating func readTimm(_ file: DescribedObject) throws(MVError) {
    title = file.text("architecture")
    if title?.contains("quickgelu") == true { activation = .quickGELU }
    if let published = file.object("pretrained_cfg") { try readNumbers(published) }
    files.append("config.json")
  }

  private mutating func readOpenCLIP(_ file: DescribedObject) throws(MVError) {
    let model = file.object("model_cfg") ?? file
    guard let vision = model.object("vision_cfg") else { return }
    if model.flag("quick_gelu") == true { activation = .quickGELU }
    if let width = vision.whole("width"), !vision.isList("layers") {
      self.width = width
      heads = vision.whole("head_width").flatMap { $0 > 0 ? width / $0 : nil } ?? heads
    }
    if let length = try vision.length("image_size") { side = length }
    if let published = file.object("preprocess_cfg") { try readNumbers(published) }
    files.append("open_clip_config.json")
  }

  private mutating func readProcessor(_ file: DescribedObject) throws(MVError) {
    let crop = try file.flag("do_center_crop") == true ? file.side("crop_size") : nil
    stretches = Self.stretches(file)
    resize = try file.flag("do_resize") == false ? nil : file.side("size")
    side = crop ?? resize ?? side
    interpolation = file.whole("resample").flatMap { [1: .lanczos, 2: .bilinear, 3: .bicubic][$0] }
    mean = try file.channels("image_mean")
    deviation = try file.channels("image_std", positive: true)
    files.append("preprocessor_config.json")
  }

  /// timm's and open_clip's names of the same things.
  private mutating func readNumbers(_ file: DescribedObject) throws(MVError) {
    if let said = try file.channels("mean") { mean = said }
    if let said = try file.channels("std", positive: true) { deviation = said }
    interpolation = file.text("interpolation").flatMap(Resampling.init(rawValue:)) ?? interpolation
    if let length = try file.lastLength("input_size") {
      side = length
    } else if let length = try file.side("size") {
      side = length
    }
    if let share = try file.share("crop_pct") { margin = (share, file) }
  }

  /// What is said of images, with what is usual for the rest; nil where nothing is said of them.
  ///
  /// Throws where what is said makes images larger than there can be.
  func preprocessing(usual: Preprocessing) throws(MVError) -> Preprocessing? {
    guard let mean, let deviation else { return nil }
    let side = side ?? usual.framing.size.height
    let framing = Framing(
      .square(side), resize: try scaledSide(of: side), interpolation: interpolation ?? usual.framing.interpolation,
      stretches: stretches)
    return Preprocessing(framing: framing, mean: mean, deviation: deviation)
  }

  /// What the shorter side is scaled to before a square of `side` is cut out.
  private func scaledSide(of side: Int) throws(MVError) -> Int {
    if let resize { return resize }
    guard let margin else { return side }
    let scaled = (Double(side) / margin.share).rounded(.down)
    guard let length = Int(exactly: scaled), Framing.resizes.contains(length) else {
      throw margin.file.wrong(
        "crop_pct", "\(margin.share)", "images are scaled to 1...65536 pixels before \(side) are cut out")
    }
    return length
  }

  // MARK: What names stand for

  /// Whether Hugging Face's processor scales images whatever their proportions.
  ///
  /// It does where it names a height and a width, or one number that it takes for both, as those of ViT and DeiT do,
  /// and those of CLIP and DINOv2 do not.
  private static func stretches(_ file: DescribedObject) -> Bool {
    if file.flag("do_resize") == false { return false }
    if let size = file.object("size") { return size.says("height") && size.says("width") }
    let kind = file.text("image_processor_type") ?? file.text("feature_extractor_type") ?? ""
    return file.says("size") && ["ViT", "DeiT"].contains { kind.hasPrefix($0) }
  }

  private static func activation(_ name: String?) -> VisionTransformerConfiguration.Activation? {
    switch name {
    case "quick_gelu": .quickGELU
    case "gelu": .gelu
    default: nil
    }
  }
}
