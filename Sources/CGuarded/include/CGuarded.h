// The one way a C++ shim reports failure to Swift: a status, and a message kept per thread.
#ifndef CGUARDED_H
#define CGUARDED_H

#ifdef __cplusplus
extern "C" {
#endif

/// What became of a shim call. Every shim of this package returns one of these.
typedef enum GuardedStatus {
  GuardedOK = 0,
  /// The wrapped library threw its own exception (cv::Exception, c10::Error, CLI::Error).
  GuardedLibraryError = 1,
  /// std::bad_alloc.
  GuardedOutOfMemory = 2,
  /// Any other std::exception.
  GuardedStandardException = 3,
  /// Something that is not a std::exception.
  GuardedUnknownException = 4,
} GuardedStatus;

/// The message of the last failed call on this thread; valid until the next failure on this thread.
const char* guarded_last_message(void);

/// Keeps `message` as this thread's last message; null-terminated, copied.
void guarded_set_message(const char* message);

#ifdef __cplusplus
}

#include <exception>
#include <new>

/// Runs `body` and turns whatever it throws into a status: nothing C++ ever reaches Swift.
/// `Library` is the exception type of the wrapped library.
template <typename Library, typename Body>
GuardedStatus guarded(Body&& body) noexcept {
  try {
    body();
    return GuardedOK;
  } catch (const Library& error) {
    guarded_set_message(error.what());
    return GuardedLibraryError;
  } catch (const std::bad_alloc&) {
    guarded_set_message("out of memory");
    return GuardedOutOfMemory;
  } catch (const std::exception& error) {
    guarded_set_message(error.what());
    return GuardedStandardException;
  } catch (...) {
    guarded_set_message("an exception of unknown type");
    return GuardedUnknownException;
  }
}
#endif

#endif
