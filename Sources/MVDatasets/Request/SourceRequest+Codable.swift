internal import MVCore
internal import MVImaging

extension SourceRequest: Codable {
  enum CodingKeys: String, CodingKey {
    case kind, place, paths, layout, size, resize, interpolation, stretches, crop, limit, normalization
    case splitNames = "split_names"
    case honorsOrientation = "exif_orientation"
    case decodingMethod = "decode"
    case sixteenBits = "sixteen_bits"
    case alpha
    case joinedSplits = "joined_splits"
  }

  /// Reads a request; keys that are not known are passed over, and what is left out is as in a request that was parsed.
  ///
  /// Throws the decoder's error where the kind is missing, or a value is not possible.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    kind = try container.decode(String.self, forKey: .kind)
    place = try container.decodeIfPresent([String].self, forKey: .place) ?? []
    paths = try container.decodeIfPresent([String].self, forKey: .paths) ?? []
    splitNames = try container.decodeIfPresent([String].self, forKey: .splitNames) ?? []
    layout = try container.decodeIfPresent(FolderLayout.self, forKey: .layout)
    limit = try container.decodeIfPresent(Int.self, forKey: .limit)
    size = try container.decodeIfPresent(ImageSize.self, forKey: .size)
    resize = try container.decodeIfPresent(Int.self, forKey: .resize)
    interpolation = try container.decodeIfPresent(Resampling.self, forKey: .interpolation) ?? .bilinear
    stretches = try container.decodeIfPresent(Bool.self, forKey: .stretches) ?? false
    crop = try container.decodeIfPresent(Crop.self, forKey: .crop) ?? .center
    decoding = Decoding(
      honorsOrientation: try container.decodeIfPresent(Bool.self, forKey: .honorsOrientation) ?? false,
      method: try container.decodeIfPresent(Decoding.Method.self, forKey: .decodingMethod) ?? .exact,
      sixteenBits: try container.decodeIfPresent(Decoding.SixteenBits.self, forKey: .sixteenBits) ?? .refuse,
      alpha: try container.decodeIfPresent(Decoding.Alpha.self, forKey: .alpha) ?? .drop)
    joinedSplits = try container.decodeIfPresent([String].self, forKey: .joinedSplits) ?? []
    normalization = try container.decodeIfPresent(ImageStatistics.self, forKey: .normalization) ?? .none
    guard resize.map({ Framing.resizes.contains($0) }) ?? true else {
      throw DecodingError.dataCorruptedError(forKey: .resize, in: container, debugDescription: "not a size of images")
    }
  }

  /// Writes the parts of the request that differ from their defaults; throws what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(place, forKey: .place)
    if !paths.isEmpty { try container.encode(paths, forKey: .paths) }
    if !splitNames.isEmpty { try container.encode(splitNames, forKey: .splitNames) }
    if let layout { try container.encode(layout, forKey: .layout) }
    if let limit { try container.encode(limit, forKey: .limit) }
    if let size {
      try container.encode(size, forKey: .size)
      if let resize { try container.encode(resize, forKey: .resize) }
      if interpolation != .bilinear { try container.encode(interpolation, forKey: .interpolation) }
      if stretches { try container.encode(true, forKey: .stretches) }
      try container.encode(crop, forKey: .crop)
    }
    if decoding.honorsOrientation { try container.encode(true, forKey: .honorsOrientation) }
    if decoding.method != .exact { try container.encode(decoding.method, forKey: .decodingMethod) }
    if decoding.sixteenBits != .refuse { try container.encode(decoding.sixteenBits, forKey: .sixteenBits) }
    if decoding.alpha != .drop { try container.encode(decoding.alpha, forKey: .alpha) }
    if !joinedSplits.isEmpty { try container.encode(joinedSplits, forKey: .joinedSplits) }
    if normalization != .none { try container.encode(normalization, forKey: .normalization) }
  }
}
