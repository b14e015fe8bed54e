#include "SharedMemory.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <climits>
#include <cstring>
#include <string>

#include "Group.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace mvt::ranks {
namespace {

using std::chrono::steady_clock;

// A counter has a line of the caches to itself: who waits for one does not slow down who sets another.
constexpr size_t line = 64, page = 4096;
constexpr size_t token_bytes = 16;

// MFD_NOEXEC_SEAL of Linux 6.3, without which some systems refuse.
constexpr unsigned not_executable = 8;

size_t rounded(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

struct flock lock_of(int rank, short kind) {
  struct flock lock = {};
  lock.l_type = kind;
  lock.l_whence = SEEK_SET;
  lock.l_start = rank;
  lock.l_len = 1;
  return lock;
}

/// Opens what another process of this machine holds as a file without a name; -1 where that is not it.
int open_of(int64_t process, int64_t file) {
  const std::string path = "/proc/" + std::to_string(process) + "/fd/" + std::to_string(file);
  std::array<char, 64> target = {};
  if (readlink(path.c_str(), target.data(), target.size() - 1) < 0) return -1;
  if (std::string(target.data()).rfind("/memfd:mvmr", 0) != 0) return -1;
  return ::open(path.c_str(), O_RDWR | O_CLOEXEC);
}

void pause_briefly() {
#if defined(__x86_64__)
  _mm_pause();
#else
  std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

}  // namespace

SharedMemory::SharedMemory(int rank, int size, size_t bytes, int64_t milliseconds)
    : rank(rank),
      size(size),
      bytes(rounded(bytes, page)),
      start(rounded(token_bytes + line * (1 + counters * static_cast<size_t>(size)), page)),
      whole(start + this->bytes * static_cast<size_t>(size)),
      milliseconds(milliseconds) {}

SharedMemory::~SharedMemory() {
  if (memory) munmap(memory, whole);
  if (file >= 0) close(file);
}

/// Maps the file and locks this rank's byte of it; false where that is not possible, or it is another file.
bool SharedMemory::take(int opened, const uint8_t* token) {
  file = opened;
  struct stat facts = {};
  if (file < 0 || fstat(file, &facts) != 0 || static_cast<size_t>(facts.st_size) != whole) return false;
  void* mapped = mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) return false;
  memory = static_cast<uint8_t*>(mapped);
  if (rank == 0) std::memcpy(memory, token, token_bytes);
  if (std::memcmp(memory, token, token_bytes) != 0) return false;
  struct flock lock = lock_of(rank, F_WRLCK);
  return fcntl(file, F_OFD_SETLK, &lock) == 0;
}

std::unique_ptr<SharedMemory> SharedMemory::open(MVTGroup& group, size_t bytes, int64_t milliseconds) {
  struct Place {
    int64_t process, file;
    std::array<uint8_t, token_bytes> token;
  } place = {getpid(), -1, {}};
  std::unique_ptr<SharedMemory> shared(new SharedMemory(group.rank, group.size, bytes, milliseconds));
  const int64_t expected = sizeof(Place);
  if (group.rank == 0) {
    int made = memfd_create("mvmr", MFD_CLOEXEC | not_executable);
    if (made < 0) made = memfd_create("mvmr", MFD_CLOEXEC);
    // Reserved at once: memory that is short is better missed now than in the midst of a step.
    const bool is_ready = made >= 0 && getrandom(place.token.data(), token_bytes, 0) == token_bytes &&
                          posix_fallocate(made, 0, static_cast<off_t>(shared->whole)) == 0;
    if (shared->take(made, place.token.data()) && is_ready) place.file = made;
  }
  const at::Tensor places = gathered_by_network(group, at::from_blob(&place, {expected}, at::kByte));
  std::memcpy(&place, places.data_ptr(), sizeof(Place));
  if (place.file < 0) return nullptr;
  bool is_taken = true;
  if (group.rank != 0) is_taken = shared->take(open_of(place.process, place.file), place.token.data());
  const at::Tensor missing = at::full({1}, is_taken ? 0 : 1, at::kDouble);
  add_up_by_network(group, missing);
  if (missing.item<double>() > 0) return nullptr;
  return shared;
}

std::atomic<uint32_t>& SharedMemory::counter(int counter, int of) const {
  static_assert(std::atomic<uint32_t>::is_always_lock_free);
  const size_t place = line * (1 + static_cast<size_t>(of) * counters + static_cast<size_t>(counter));
  return *reinterpret_cast<std::atomic<uint32_t>*>(memory + place);
}

void SharedMemory::advance(int of) {
  std::atomic<uint32_t>& own = counter(of, rank);
  own.fetch_add(1, std::memory_order_release);
  syscall(SYS_futex, &own, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

bool SharedMemory::has_ended(int other) const {
  struct flock lock = lock_of(other, F_WRLCK);
  return fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_UNLCK;
}

void SharedMemory::wait(int of, int other, uint32_t step) const {
  const std::atomic<uint32_t>& theirs = counter(of, other);
  const auto is_there = [&](uint32_t seen) { return static_cast<int32_t>(seen - step) >= 0; };
  const auto begun = steady_clock::now();
  // To be woken takes longer than most waits; a thread of this process that has work gets the processor meanwhile.
  for (int turn = 0; turn < 200 || steady_clock::now() - begun < std::chrono::milliseconds(2); ++turn) {
    if (is_there(theirs.load(std::memory_order_acquire))) return;
    turn < 200 ? pause_briefly() : static_cast<void>(sched_yield());
  }
  // In turns that are counted, not by the clock: that goes on while all processes of a job are suspended.
  constexpr int64_t turn_milliseconds = 100;
  for (int64_t turn = 0; turn * turn_milliseconds < milliseconds; ++turn) {
    const uint32_t seen = theirs.load(std::memory_order_acquire);
    if (is_there(seen)) return;
    const auto started = steady_clock::now();
    const timespec moment = {0, turn_milliseconds * 1'000'000};
    syscall(SYS_futex, &theirs, FUTEX_WAIT, seen, &moment, nullptr, 0);
    // Woken early, or for nothing.
    if (steady_clock::now() - started < std::chrono::milliseconds(turn_milliseconds / 2)) --turn;
    // It may have come and ended since.
    if (has_ended(other) && !is_there(theirs.load(std::memory_order_acquire))) {
      TORCH_CHECK(false, "rank ", other, " has ended");
    }
  }
  TORCH_CHECK(is_there(theirs.load(std::memory_order_acquire)), "rank ", other, " has not answered for ",
              milliseconds / 1000, " s");
}

void SharedMemory::wait(int of, uint32_t step) const {
  for (int other = 0; other < size; ++other) wait(of, other, step);
}

namespace {

// Two for each rank: one is read while the other is written. Who writes to one for the second time has seen all ranks
// write to the other, and so done with the first.
constexpr size_t piece_bytes = 1 << 20;

}  // namespace

std::unique_ptr<Board> Board::open(MVTGroup& group, int64_t milliseconds) {
  auto memory = SharedMemory::open(group, 2 * piece_bytes, milliseconds);
  if (!memory) return nullptr;
  return std::unique_ptr<Board>(new Board(std::move(memory), group.rank, group.size));
}

void Board::exchange(const void* own, size_t count,
                     const std::function<void(int, const uint8_t*, size_t, size_t)>& take) {
  size_t place = 0;
  do {
    const size_t some = std::min(piece_bytes, count - place), half = step % 2 * piece_bytes;
    std::memcpy(memory->part<uint8_t>(rank) + half, static_cast<const uint8_t*>(own) + place, some);
    memory->advance(0);
    ++step;
    for (int other = 0; other < size; ++other) {
      memory->wait(0, other, step);
      take(other, memory->part<uint8_t>(other) + half, place, some);
    }
    place += some;
  } while (place < count);
}

}  // namespace mvt::ranks
