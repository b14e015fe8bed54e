internal import CTorch
public import MVCore
internal import MVFiles

/// The libtorch that this module runs on: its version, its threads, and what is fast on this machine.
public enum Torch {
  /// The version of libtorch, for example `1.13.1`.
  public static var version: String { String(cString: mvt_version()) }

  /// Makes sure of libtorch, which some builds of the programs load when they need it; to be called before all else.
  ///
  /// Throws where it is not there, is of a version that the program was not built for, or cannot be loaded.
  public static func load() throws(MVError) {
    let search = mvt_search()
    let (place, version) = (String(cString: search.place), String(cString: search.version))
    let versions = String(cString: search.versions)
    let remedy =
      versions.isEmpty
      ? "install mvmr-train"
      : "pip install 'mvmr[train]', or name the folder of a libtorch \(versions) in MVMR_TORCH"
    switch search.lack {
    case MVTLackNothing: return
    case MVTLackVersion:
      throw .missingInput(place, "is PyTorch \(version), which this mvmr was not built for", remedy: remedy)
    case MVTLackLoading:
      throw .inputOutput(
        place, "cannot be loaded as PyTorch", remedy: remedy, cause: OneLine.text(String(cString: search.cause)))
    default:
      throw .missingInput(
        place.isEmpty ? "PyTorch" : place,
        place.isEmpty ? "is not there, and this command needs it" : "holds no libtorch",
        remedy: remedy)
    }
  }

  /// Whether networks may train in blocks of 16 channels now: Debian's libtorch, float32, the CPU and AVX-512.
  ///
  /// 3x3 convolutions of stride 1 with 32 channels or more, on maps with sides of 4 pixels or more, then use Winograd's
  /// F(4x4, 3x3), with a quarter of the multiplications (Lavin and Gray 2016). Sums differ from those of other
  /// convolutions by about 1e-5 of the largest.
  public static var hasChannelBlocks: Bool { mvt_has_channel_blocks() }

  /// The number of tensors alive, intermediate ones included; a number that keeps growing shows a leak.
  public static var liveHandles: Int { Int(mvt_live_handles()) }

  /// The number of threads that an operation may use, in libtorch and in the OpenBLAS under it.
  public static var threads: Int { Int(mvt_threads()) }

  /// The most threads that an operation may use here: four for each processor, and 16 in any case.
  ///
  /// Threads of one operation wait for each other: training takes about 3 times as long with 8 threads a processor as
  /// with 4, and more than 30 times with 32; a signal waits as long for the end of a step.
  public static var mostThreads: Int { max(16, 4 * Parallel.processorCount) }

  /// Throws a usage error where `count` threads are more than ``mostThreads``; 0 means every processor.
  ///
  /// The number is never lowered silently: the last digits of sums depend on it.
  public static func checkThreads(_ count: Int) throws(MVError) {
    guard count > mostThreads else { return }
    let processors = Parallel.processorCount
    throw .usage(
      "setting threads=\(count)",
      "is too much for the \(processors) processor\(processors == 1 ? "" : "s") here, which take \(mostThreads) at most",
      remedy: "give --set threads=0 for one a processor; results may differ in their last digits")
  }

  /// Sets the number of threads that an operation may use; 0 means every processor.
  ///
  /// Throws where it is more than ``mostThreads``, and where libtorch fails.
  public static func setThreads(_ count: Int) throws(MVError) {
    try checkThreads(count)
    let threads = count > 0 ? count : Parallel.processorCount
    try check(mvt_set_threads(Int32(threads)), during: "setting threads=\(count)")
  }

  /// Lets the C library keep freed memory for the next allocation, in the whole process, from now on.
  ///
  /// A step frees its activations and allocates them anew; if the larger ones are returned to the system, they cost a
  /// page fault per 4 KiB. CIFAR networks train 1.1 to 1.6 times as fast with it. It is meant for programs that do
  /// little but train.
  public static func keepFreedMemory() { mvt_keep_freed_memory() }

  /// Runs `body` without recording gradients, so that intermediate results are freed at once; throws what `body`
  /// throws.
  public static func withoutGradients<Result>(_ body: () throws(MVError) -> Result) throws(MVError) -> Result {
    let previous = mvt_set_recording(false)
    defer { _ = mvt_set_recording(previous) }
    return try body()
  }
}
