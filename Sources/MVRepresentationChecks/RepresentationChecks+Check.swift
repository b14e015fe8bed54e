extension RepresentationChecks {
  /// One promise that a representation makes.
  public enum Check: String, CaseIterable, Sendable {
    /// There is a summary of one line, and help for each setting.
    case namesAndHelpAreComplete = "name, summary and help are complete"
    /// Rows are finite and fill the shape of `layout(for:)`, whose axes are named.
    case rowsHaveThePromisedShape = "rows have the promised shape"
    /// A row is the same, bit for bit, alone and in a batch, on one thread and on many, each time it is computed.
    case batchesAndThreadsDoNotMatter = "batches and threads do not matter"
    /// Pixels are not written to.
    case imagesStayAsTheyAre = "images stay as they are"
    /// Float pixels are described, or refused with an error that names the representation.
    case floatPixelsAreTakenOrRefusedInWords = "float pixels are taken, or refused in words"
    /// A batch without images has no rows, and is no error.
    case emptyBatchesHaveNoRows = "empty batches have no rows"
    /// NaN and infinite pixels are refused with an error that names the image.
    case pixelsThatAreNotFiniteAreRefused = "pixels that are not finite are refused"
    /// A buffer that does not hold the rows exactly is refused with a usage error.
    case buffersOfAnotherSizeAreRefused = "buffers of another size are refused"
    /// Images too small for a setting are refused with a usage error that names the setting.
    case tooSmallImagesNameTheSetting = "images that are too small are refused by the setting's name"
    /// Settings are the same after a way through JSON, and after a way through a specification's text.
    case settingsSurviveJSONAndText = "settings survive JSON and text"
    /// Values beside a setting's range are refused with a usage error that names the setting and its range.
    case settingsOutOfRangeAreRefused = "settings out of range are refused"
    /// Each setting changes the row for some value.
    case everySettingIsRead = "every setting is read"
    /// A sketch is the documented projection of the row, for every setting.
    case sketchesAreOfTheRowAndOfItsSettings = "sketches are of the row and of its settings"
    /// Pictures are 8-bit RGB, at least 256 pixels high and wide, not empty, and differ where images do.
    case picturesAreWorthLookingAt = "pictures are worth looking at"
    /// Rows agree to 1e-6 whichever SIMD instruction set this package's kernels use.
    case instructionSetsAgree = "instruction sets agree"

    /// Whether the check looks at rows of the defaults, as they are and as sketches; else at the settings.
    var isOfRows: Bool {
      switch self {
      case .rowsHaveThePromisedShape, .batchesAndThreadsDoNotMatter, .imagesStayAsTheyAre, .emptyBatchesHaveNoRows,
        .pixelsThatAreNotFiniteAreRefused, .buffersOfAnotherSizeAreRefused, .picturesAreWorthLookingAt,
        .instructionSetsAgree:
        true
      default: false
      }
    }
  }

  /// A promise that was not kept.
  public struct Failure: Hashable, Sendable, CustomStringConvertible {
    /// The check that found it.
    public let check: Check
    /// The specification of the representation, for example `gabor:sketch=32,sketch_seed=5`.
    public let representation: String
    /// What was broken, in words.
    public let problem: String

    /// For example `gabor: every setting is read: scales changes nothing`.
    public var description: String { "\(representation): \(check.rawValue): \(problem)" }
  }
}
