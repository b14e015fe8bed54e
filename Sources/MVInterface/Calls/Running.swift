internal import CInterface
internal import Dispatch
internal import MVCore
internal import Synchronization

/// A caller's ear for long work.
struct Listener {
  let progress: mvmr_progress?
  let context: UnsafeMutableRawPointer?

  /// Tells of the progress; gives back whether the work shall go on.
  func hears(_ state: RunProgress?) -> Bool {
    guard let progress else { return true }
    guard let state else { return progress(context, 0, 0, -1) == 0 }
    return progress(context, Int64(state.done), Int64(state.total), state.timeLeft ?? -1) == 0
  }
}

/// Work that runs on a thread of its own while the caller's listens.
private final class Work<Result: Sendable>: Sendable {
  let progress = Mutex<RunProgress?>(nil)
  let result = Mutex<Swift.Result<Result, MVError>?>(nil)
  let end = DispatchSemaphore(value: 0)
  let body: @Sendable (Work<Result>) -> Void

  init(_ body: @escaping @Sendable (Work<Result>) -> Void) { self.body = body }
}

/// Something that can be run; C knows no generic types.
private protocol Runnable: AnyObject, Sendable { func run() }

extension Work: Runnable {
  func run() {
    body(self)
    end.signal()
  }
}

private final class Start: Sendable {
  let work: any Runnable
  init(_ work: any Runnable) { self.work = work }
}

/// Does long work; tells the listener of it on the caller's thread, which stops it by its answer.
///
/// So a language that handles Ctrl-C on its main thread does that in the listener. Throws what the work throws.
func running<Result: Sendable>(
  _ listener: Listener, cancellation: Cancellation = Cancellation(),
  _ body: @escaping @Sendable (Cancellation, @escaping @Sendable (RunProgress) -> Void) throws(MVError) -> Result
) throws(MVError) -> Result {
  guard listener.progress != nil else { return try body(cancellation) { _ in } }
  let work = Work<Result> { work in
    let outcome: Swift.Result<Result, MVError>
    do throws(MVError) {
      outcome = .success(try body(cancellation) { progress in work.progress.withLock { $0 = progress } })
    } catch {
      outcome = .failure(error)
    }
    work.result.withLock { $0 = outcome }
  }
  let start = Unmanaged.passRetained(Start(work))
  let status = mvi_start_thread(
    { context in
      guard let context else { return }
      Unmanaged<Start>.fromOpaque(context).takeRetainedValue().work.run()
    }, start.toOpaque())
  guard status == 0 else {
    start.release()
    throw .internalFault("a thread", "cannot be started", remedy: "end other threads", cause: "error \(status)")
  }
  while work.end.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
    if !listener.hears(work.progress.withLock { $0 }) { cancellation.cancel() }
  }
  _ = listener.hears(work.progress.withLock { $0 })
  guard let result = work.result.withLock({ $0 }) else { throw .internalFault("a thread", "gave no result") }
  return try result.get()
}
