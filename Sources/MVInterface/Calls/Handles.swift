internal import CInterface

/// What a handle stands for.
protocol HandleContent: AnyObject, Sendable {
  /// How messages call it.
  static var handleName: String { get }
  /// The process that it belongs to, as `mvi_generation` counts them; nil where any process may use it.
  var generation: Int64? { get }
}

extension HandleContent {
  var generation: Int64? { nil }
}

/// All handles, by numbers that are never used again: so a handle that was freed is known for one, whenever it comes.
enum Handles {
  // Looked at under `mvi_lock` alone.
  nonisolated(unsafe) private static var contents: [UInt: any HandleContent] = [:]
  nonisolated(unsafe) private static var last: UInt = 0

  static var count: Int {
    mvi_lock()
    defer { mvi_unlock() }
    return contents.count
  }

  static func add(_ content: any HandleContent) -> OpaquePointer? {
    mvi_lock()
    defer { mvi_unlock() }
    // Like addresses of aligned memory, which some languages take pointers for.
    last += 16
    contents[last] = content
    return OpaquePointer(bitPattern: last)
  }

  /// What the handle stands for; it stays while the caller has it, even where another thread frees the handle.
  ///
  /// Throws where it is NULL, freed, of another type, or of another process.
  static func find<Content: HandleContent>(
    _ handle: OpaquePointer?, as _: Content.Type = Content.self
  ) throws(Refusal) -> Content {
    guard let handle else {
      throw Refusal(MVMR_INVALID_ARGUMENT, Content.handleName, "is NULL", remedy: "create or open it first")
    }
    guard let content = content(of: handle) else {
      throw Refusal(MVMR_CLOSED, Content.handleName, "is closed", remedy: "create or open it again")
    }
    guard type(of: content) == Content.self else {
      throw Refusal(
        MVMR_CLOSED, Content.handleName, "is a handle of another type, \(type(of: content).handleName)",
        remedy: "pass what its own function created")
    }
    if let generation = content.generation, generation != mvi_generation() {
      throw Refusal(
        MVMR_FORKED, Content.handleName, "was opened in another process, which this one was forked from",
        remedy: "open it again in this process")
    }
    return unsafeDowncast(content, to: Content.self)
  }

  /// Forgets a handle of this type; NULL, freed ones and those of another type are passed over.
  static func remove<Content: HandleContent>(_ handle: OpaquePointer?, as _: Content.Type) {
    guard let handle else { return }
    // Freed after the lock is open: that may take long.
    var content: (any HandleContent)?
    mvi_lock()
    defer {
      mvi_unlock()
      withExtendedLifetime(content) {}
    }
    content = contents[UInt(bitPattern: handle)]
    if let content, type(of: content) == Content.self { contents[UInt(bitPattern: handle)] = nil }
  }

  private static func content(of handle: OpaquePointer) -> (any HandleContent)? {
    mvi_lock()
    defer { mvi_unlock() }
    return contents[UInt(bitPattern: handle)]
  }
}

/// Implements `mvmr_live_handles`, which `mvmr.h` describes.
@c @implementation
public func mvmr_live_handles() -> Int64 { Int64(Handles.count) }
