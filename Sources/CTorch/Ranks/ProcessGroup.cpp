// PyTorch's own processes that compute together: its store, and Gloo. On other devices than the processor, values go
// through the processor's memory.
#include <torch/csrc/autograd/custom_function.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <exception>
#include <functional>
#include <system_error>
#include <vector>

#include "Group.h"

struct MVTStore : mvt::Counted {
  explicit MVTStore(c10::intrusive_ptr<c10d::TCPStore> store) : value(std::move(store)) {}
  c10::intrusive_ptr<c10d::TCPStore> value;
};

namespace mvt::ranks {

int size(const MVTGroup& group) { return group.size; }

int rank(const MVTGroup& group) { return group.rank; }

namespace {

/// Memory for as many values of every rank, along a new first axis.
at::Tensor places_of_all(const MVTGroup& group, const at::Tensor& values) {
  std::vector<int64_t> shape = values.sizes().vec();
  shape.insert(shape.begin(), group.size);
  return at::empty(shape, values.options());
}

}  // namespace

at::Tensor gathered_by_network(MVTGroup& group, const at::Tensor& values) {
  const at::Tensor own = values.contiguous(), all = places_of_all(group, own);
  std::vector<at::Tensor> inputs = {own};
  std::vector<std::vector<at::Tensor>> outputs(1);
  for (int rank = 0; rank < group.size; ++rank) outputs[0].push_back(all[rank]);
  group.exchange([&] { return group.gloo->allgather(outputs, inputs); });
  return all;
}

void add_up_by_network(MVTGroup& group, at::Tensor values) {
  std::vector<at::Tensor> tensors = {values};
  group.exchange([&] { return group.gloo->allreduce(tensors); });
}

at::Tensor gathered(MVTGroup& group, const at::Tensor& values) {
  if (!group.board) return gathered_by_network(group, values);
  const at::Tensor own = values.contiguous(), all = places_of_all(group, own);
  auto* to = static_cast<uint8_t*>(all.data_ptr());
  const size_t bytes = own.nbytes();
  group.guarded([&] {
    group.board->exchange(own.data_ptr(), bytes, [&](int rank, const uint8_t* piece, size_t place, size_t count) {
      std::memcpy(to + static_cast<size_t>(rank) * bytes + place, piece, count);
    });
  });
  return all;
}

namespace {

template <typename Value>
void add_up_on_board(MVTGroup& group, Value* values, size_t bytes) {
  group.guarded([&] {
    group.board->exchange(values, bytes, [&](int rank, const uint8_t* piece, size_t place, size_t count) {
      const auto* theirs = reinterpret_cast<const Value*>(piece);
      Value* sums = values + place / sizeof(Value);
      for (size_t index = 0; index < count / sizeof(Value); ++index) {
        sums[index] = rank == 0 ? theirs[index] : sums[index] + theirs[index];
      }
    });
  });
}

}  // namespace

void add_up(MVTGroup& group, at::Tensor values) {
  if (!group.board || !values.is_contiguous()) return add_up_by_network(group, values);
  switch (values.scalar_type()) {
    case at::kDouble:
      return add_up_on_board(group, values.data_ptr<double>(), values.nbytes());
    case at::kFloat:
      return add_up_on_board(group, values.data_ptr<float>(), values.nbytes());
    default:
      add_up_by_network(group, values);
  }
}

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t bucket_values = 25 << 18;  // 25 MB of float32.

/// Calls `body(values)` for the tensors' values, in C order and some megabytes at a time, and writes back what it makes
/// of them.
///
/// In C order: the layouts of two machines may differ.
void in_buckets(const std::vector<at::Tensor>& tensors, const std::function<void(at::Tensor&)>& body) {
  const at::NoGradGuard guard;
  for (size_t first = 0; first < tensors.size();) {
    size_t end = first;
    int64_t count = 0;
    do {
      count += tensors[end++].numel();
    } while (end < tensors.size() && count + tensors[end].numel() <= bucket_values);
    at::Tensor bucket = at::empty({count}, at::kFloat);
    const auto parts = [&](const std::function<void(at::Tensor, at::Tensor)>& copy) {
      int64_t place = 0;
      for (size_t index = first; index < end; ++index) {
        const at::Tensor& tensor = tensors[index];
        copy(bucket.narrow(0, place, tensor.numel()).view(tensor.sizes()), tensor);
        place += tensor.numel();
      }
    };
    parts([](at::Tensor part, at::Tensor tensor) { part.copy_(tensor); });
    body(bucket);
    parts([](at::Tensor part, at::Tensor tensor) { tensor.copy_(part); });
    first = end;
  }
}

std::vector<at::Tensor> values_of(MVTTensor* const* tensors, int64_t count) {
  std::vector<at::Tensor> values;
  for (int64_t index = 0; index < count; ++index) values.push_back(tensors[index]->value.detach());
  return values;
}

struct Rows : torch::autograd::Function<Rows> {
  static at::Tensor forward(AutogradContext* context, at::Tensor rows, MVTGroup* group) {
    context->saved_data["first"] = static_cast<int64_t>(group->rank) * rows.size(0);
    context->saved_data["count"] = rows.size(0);
    return gathered(*group, rows.to(at::kCPU)).flatten(0, 1).to(rows.device());
  }

  /// Every rank computes the loss of all rows: its gradient by one's own is there already.
  static variable_list backward(AutogradContext* context, variable_list outer) {
    return {outer[0].narrow(0, context->saved_data["first"].toInt(), context->saved_data["count"].toInt()),
            at::Tensor()};
  }
};

std::chrono::milliseconds duration(int64_t milliseconds) { return std::chrono::milliseconds(milliseconds); }

/// Lets a thread of a store, whose connection the other end has reset, rest instead of ending the process.
///
/// Such a thread throws, and nothing catches that. Who uses the store learns of the end by itself, and says it in
/// words.
void rest_after_reset() {
  static const std::terminate_handler former = std::set_terminate([] {
    try {
      if (std::current_exception()) std::rethrow_exception(std::current_exception());
    } catch (const std::system_error&) {
      while (true) pause();
    } catch (...) {
    }
    if (former) former();
  });
}

c10::intrusive_ptr<c10d::TCPStore> store(const std::string& host, int port, bool is_server, int64_t milliseconds) {
  rest_after_reset();
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(port);
  options.isServer = is_server;
  options.waitWorkers = false;
  options.timeout = duration(milliseconds);
  return c10::make_intrusive<c10d::TCPStore>(host, options);
}

}  // namespace
}  // namespace mvt::ranks

bool mvt_has_ranks(void) { return true; }

GuardedStatus mvt_store_open(int64_t milliseconds, int* port, MVTStore** result) {
  return mvt::run([&] {
    auto store = mvt::ranks::store("localhost", 0, true, milliseconds);
    *port = store->getPort();
    *result = new MVTStore(std::move(store));
  });
}

GuardedStatus mvt_store_reach(const char* host, int port, int64_t milliseconds, MVTStore** result) {
  return mvt::run([&] { *result = new MVTStore(mvt::ranks::store(host, port, false, milliseconds)); });
}

void mvt_store_free(MVTStore* store) { delete store; }

GuardedStatus mvt_group_join(MVTStore* store, const char* address, bool is_interface, int rank, int size,
                             int64_t milliseconds, MVTGroup** result) {
  return mvt::run([&] {
    using c10d::ProcessGroupGloo;
    auto options = ProcessGroupGloo::Options::create(mvt::ranks::duration(milliseconds));
    options->devices.push_back(is_interface ? ProcessGroupGloo::createDeviceForInterface(address)
                                            : ProcessGroupGloo::createDeviceForHostname(address));
    // Small exchanges of a backward pass go beside the buckets of gradients.
    options->threads = 4;
    auto group = c10::make_intrusive<ProcessGroupGloo>(store->value, rank, size, options);
    *result = new MVTGroup(std::move(group), store->value, rank, size, milliseconds);
  });
}

GuardedStatus mvt_group_share(MVTGroup* group, bool* is_shared) {
  return mvt::run([&] {
    group->board = mvt::ranks::Board::open(*group, group->milliseconds);
    *is_shared = group->board != nullptr;
  });
}

void mvt_group_free(MVTGroup* group) { delete group; }

bool mvt_group_is_lost(const MVTGroup* group) { return group->is_lost; }

GuardedStatus mvt_group_sum(MVTGroup* group, double* values, int64_t count) {
  return mvt::run([&] { mvt::ranks::add_up(*group, at::from_blob(values, {count}, at::kDouble)); });
}

GuardedStatus mvt_group_gather(MVTGroup* group, const uint8_t* bytes, int64_t count, uint8_t* all) {
  return mvt::run([&] {
    const at::Tensor own = at::from_blob(const_cast<uint8_t*>(bytes), {count}, at::kByte);
    at::from_blob(all, {group->size, count}, at::kByte).copy_(mvt::ranks::gathered(*group, own));
  });
}

GuardedStatus mvt_group_broadcast(MVTGroup* group, MVTTensor* const* tensors, int64_t count) {
  return mvt::run([&] {
    mvt::ranks::in_buckets(mvt::ranks::values_of(tensors, count), [&](at::Tensor& values) {
      std::vector<at::Tensor> all = {values};
      group->exchange([&] { return group->gloo->broadcast(all); });
    });
  });
}

GuardedStatus mvt_group_average(MVTGroup* group, MVTTensor* const* tensors, int64_t count) {
  return mvt::run([&] {
    mvt::ranks::in_buckets(mvt::ranks::values_of(tensors, count), [&](at::Tensor& values) {
      mvt::ranks::add_up(*group, values);
      values.div_(group->size);
    });
  });
}

GuardedStatus mvt_group_rows(MVTGroup* group, const MVTTensor* rows, MVTTensor** result) {
  return mvt::run([&] {
    TORCH_CHECK(rows->value.dim() > 1, "no rows: ", rows->value.sizes());
    *result = new MVTTensor(mvt::ranks::Rows::apply(rows->value.to(at::kFloat), group));
  });
}
