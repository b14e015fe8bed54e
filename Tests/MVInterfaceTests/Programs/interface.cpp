// The interface as a C++ program uses it: handles that free themselves, exceptions, many threads. Prints "all is well".
#include <mvmr.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

void check(mvmr_status status) {
  if (status != MVMR_OK) throw std::runtime_error(mvmr_last_error());
}

void require(bool condition, const char* what) {
  if (!condition) throw std::logic_error(what);
}

struct Free {
  void operator()(mvmr_representation* handle) const { mvmr_representation_free(handle); }
  void operator()(mvmr_neighbors* handle) const { mvmr_neighbors_free(handle); }
  void operator()(mvmr_extraction* handle) const { mvmr_extraction_free(handle); }
};
using Representation = std::unique_ptr<mvmr_representation, Free>;
using Neighbors = std::unique_ptr<mvmr_neighbors, Free>;
using Extraction = std::unique_ptr<mvmr_extraction, Free>;

Representation representation(const std::string& specification) {
  mvmr_representation* handle = nullptr;
  check(mvmr_representation_create(specification.c_str(), &handle));
  return Representation(handle);
}

std::vector<float> rows(const Representation& representation, const std::vector<uint8_t>& pixels, int64_t count,
                        int64_t side, int threads) {
  int64_t columns = 0;
  check(mvmr_representation_columns(representation.get(), side, side, 3, &columns));
  std::vector<float> result(static_cast<size_t>(count * columns));
  const mvmr_images images{pixels.data(), MVMR_UINT8, MVMR_NHWC, count, side, side, 3, 0, 0, 0, 0};
  check(mvmr_representation_compute(representation.get(), &images, result.data(), 0,
                                    static_cast<int64_t>(result.size()), threads));
  return result;
}

void same_rows_from_many_threads() {
  constexpr int64_t count = 30, side = 32;
  std::vector<uint8_t> pixels(count * side * side * 3);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i * 2654435761u >> 13);
  for (const char* name : {"hog", "lbp", "color", "scattering", "hog-opencv", "augment", "hog:sketch=64"}) {
    const Representation shared = representation(name);
    const auto expected = rows(shared, pixels, count, side, 1);
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int number = 0; number < 8; ++number) {
      threads.emplace_back([&, number] {
        if (rows(shared, pixels, count, side, number % 3) != expected) ++wrong;
        if (rows(representation(name), pixels, count, side, 0) != expected) ++wrong;
      });
    }
    for (auto& thread : threads) thread.join();
    require(wrong == 0, name);
  }
}

// A handle may be freed while others use it: they end, or hear that it is closed.
void freed_in_use() {
  const std::vector<uint8_t> pixels(32 * 32 * 3, 9);
  for (int round = 0; round < 50; ++round) {
    mvmr_representation* handle = nullptr;
    check(mvmr_representation_create("hog", &handle));
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (int number = 0; number < 4; ++number) {
      threads.emplace_back([&] {
        std::vector<float> row(324);
        const mvmr_images images{pixels.data(), MVMR_UINT8, MVMR_NHWC, 1, 32, 32, 3, 0, 0, 0, 0};
        for (int call = 0; call < 20; ++call) {
          const mvmr_status status = mvmr_representation_compute(handle, &images, row.data(), 0, 324, 1);
          if (status != MVMR_OK && status != MVMR_CLOSED) ++wrong;
        }
      });
    }
    mvmr_representation_free(handle);
    for (auto& thread : threads) thread.join();
    require(wrong == 0, "a handle that is freed in use");
  }
}

void cancelled_from_another_thread(const std::string& folder) {
  mvmr_extraction* handle = nullptr;
  const std::string options = R"({"source": "synthetic:20000", "output": ")" + folder +
                              R"(/stopped.h5", "size": "64x64", "representations": ["scattering"], "jobs": 1})";
  check(mvmr_extraction_create(options.c_str(), &handle));
  const Extraction extraction(handle);
  std::atomic<int> heard{0};
  const auto listen = [](void* context, int64_t, int64_t, double) -> int32_t {
    ++*static_cast<std::atomic<int>*>(context);
    return 0;
  };
  std::thread other([&] {
    while (heard == 0) std::this_thread::yield();
    mvmr_extraction_cancel(handle);
  });
  const mvmr_status status = mvmr_extraction_run(handle, listen, &heard, nullptr);
  other.join();
  require(status == MVMR_CANCELLED, "a run that is cancelled");
  require(std::string(mvmr_last_error()).find("stopped") != std::string::npos, mvmr_last_error());
}

void failures_are_told() {
  mvmr_representation* handle = nullptr;
  require(mvmr_representation_create("hgo", &handle) == MVMR_INVALID_ARGUMENT && !handle, "an unknown name");
  require(std::string(mvmr_last_error()).find("did you mean hog?") != std::string::npos, mvmr_last_error());
  try {
    check(mvmr_representation_create("hog:cell_size=0", &handle));
    require(false, "a setting out of range");
  } catch (const std::runtime_error& error) {
    require(std::string(error.what()).find("1...1024") != std::string::npos, error.what());
  }
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 2) return 64;
  same_rows_from_many_threads();
  freed_in_use();
  cancelled_from_another_thread(arguments[1]);
  failures_are_told();
  require(mvmr_live_handles() == 0, "no handle is left");
  std::puts("all is well");
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
