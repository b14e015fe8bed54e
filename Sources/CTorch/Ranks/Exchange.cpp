// Gradients are added up in buckets, the last layers' first, as soon as a backward pass has come past a bucket's first
// leaf. Buckets are sent in one order on every rank, whichever is full first: libtorch tells exchanges apart by their
// number alone. Ranks that share memory write their buckets into it; each adds up its part of every bucket, over the
// ranks in their order, and takes those of the others.
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "CTorchExchange.h"
#include "Group.h"

namespace {

// Small enough that a network has several, and large beside what an exchange costs.
constexpr int64_t bucket_values = 2 << 20;

// How far a rank has come, in buckets and in passes: written, added up, and read by it.
enum Progress { written, added, taken };

/// Leaves whose gradients are sent together.
struct Bucket {
  std::vector<size_t> leaves;
  int64_t values = 0;
  /// Its place among the values of all.
  int64_t start = 0;
  /// Leaves whose gradient has not come yet.
  size_t missing = 0;
  /// What `written` is once this rank has written it.
  uint32_t step = 0;
  at::Tensor sum;
  c10::intrusive_ptr<c10d::Work> work;
};

}  // namespace

struct MVTExchange : mvt::Counted {
  using Accumulator = decltype(torch::autograd::impl::grad_accumulator(std::declval<const at::Tensor&>()));

  struct Leaf {
    at::Tensor tensor;
    size_t bucket;
    // libtorch lets go of it after a pass, and of its hooks.
    Accumulator accumulator;
    uintptr_t hook;
  };

  MVTGroup& group;
  std::vector<Leaf> leaves;
  std::vector<Bucket> buckets;
  bool is_open = false;
  size_t sent = 0;
  /// Where the ranks share memory: room for all gradients of each.
  std::unique_ptr<mvt::ranks::SharedMemory> shared;
  uint32_t steps = 0, passes = 0;

  MVTExchange(MVTGroup& group, MVTTensor* const* tensors, int64_t count);
  ~MVTExchange();
  void begin();
  void arrived(size_t leaf);
  void send(Bucket& bucket);
  void finish(double factor);
  float* values(const Bucket& bucket, int rank) const { return shared->part<float>(rank) + bucket.start; }
  int64_t part(const Bucket& bucket, int rank) const { return bucket.values * rank / group.size; }
  void add_up(double factor);
};

namespace {

/// Tells an exchange that a leaf's gradient is there.
struct Arrival : torch::autograd::FunctionPostHook {
  Arrival(MVTExchange& exchange, size_t leaf) : exchange(exchange), leaf(leaf) {}
  torch::autograd::variable_list operator()(const torch::autograd::variable_list& outputs,
                                            const torch::autograd::variable_list&) override {
    exchange.arrived(leaf);
    return outputs;
  }
  MVTExchange& exchange;
  size_t leaf;
};

}  // namespace

MVTExchange::MVTExchange(MVTGroup& group, MVTTensor* const* tensors, int64_t count) : group(group) {
  leaves.reserve(count);
  for (int64_t index = count - 1; index >= 0; --index) {
    const at::Tensor& tensor = tensors[index]->value;
    if (buckets.empty() || buckets.back().values + tensor.numel() > bucket_values) buckets.emplace_back();
    buckets.back().leaves.push_back(leaves.size());
    buckets.back().values += tensor.numel();
    Accumulator accumulator = torch::autograd::impl::grad_accumulator(tensor);
    TORCH_CHECK(accumulator, "a tensor whose gradient is not asked for");
    const uintptr_t hook = accumulator->add_post_hook(std::make_unique<Arrival>(*this, leaves.size()));
    leaves.push_back({tensor, buckets.size() - 1, std::move(accumulator), hook});
  }
  int64_t all = 0;
  for (Bucket& bucket : buckets) {
    bucket.start = all;
    all += bucket.values;
  }
  if (group.board) shared = mvt::ranks::SharedMemory::open(group, all * sizeof(float), group.milliseconds);
}

MVTExchange::~MVTExchange() {
  for (const Leaf& leaf : leaves) leaf.accumulator->del_post_hook(leaf.hook);
}

void MVTExchange::begin() {
  is_open = true;
  sent = 0;
  for (Bucket& bucket : buckets) bucket.missing = bucket.leaves.size();
}

void MVTExchange::arrived(size_t leaf) {
  if (!is_open) return;
  --buckets[leaves[leaf].bucket].missing;
  while (sent < buckets.size() && buckets[sent].missing == 0) send(buckets[sent++]);
}

void MVTExchange::send(Bucket& bucket) {
  const at::NoGradGuard guard;
  // In C order: the layouts of two machines may differ. A leaf without a gradient adds nothing.
  if (shared) {
    // Others may still read what the last pass has left there.
    if (&bucket == &buckets.front()) group.guarded([&] { shared->wait(taken, passes); });
    bucket.sum = at::from_blob(values(bucket, group.rank), {bucket.values}, at::kFloat).zero_();
  } else {
    bucket.sum = at::zeros({bucket.values}, at::kFloat);
  }
  int64_t place = 0;
  for (const size_t index : bucket.leaves) {
    const at::Tensor& tensor = leaves[index].tensor;
    const at::Tensor& gradient = tensor.grad();
    if (gradient.defined()) bucket.sum.narrow(0, place, tensor.numel()).view(tensor.sizes()).copy_(gradient);
    place += tensor.numel();
  }
  if (shared) {
    bucket.step = ++steps;
    return shared->advance(written);
  }
  std::vector<at::Tensor> sums = {bucket.sum};
  bucket.work = group.guarded([&] { return group.gloo->allreduce(sums); });
}

/// The sums of all ranks' buckets, times `factor`, in the memory of this rank.
void MVTExchange::add_up(double factor) {
  const uint32_t before = passes * static_cast<uint32_t>(buckets.size());
  const auto times = static_cast<float>(factor);
  for (size_t index = 0; index < buckets.size(); ++index) {
    const Bucket& bucket = buckets[index];
    shared->wait(written, bucket.step);
    const int64_t begin = part(bucket, group.rank), end = part(bucket, group.rank + 1);
    float* own = values(bucket, group.rank);
    std::vector<const float*> all;
    for (int rank = 0; rank < group.size; ++rank) all.push_back(values(bucket, rank));
    // Some that the first cache holds, of one rank after the other.
    constexpr int64_t block = 2048;
    float sums[block];
    for (int64_t first = begin; first < end; first += block) {
      const int64_t count = std::min(block, end - first);
      std::copy_n(all[0] + first, count, sums);
      for (int rank = 1; rank < group.size; ++rank) {
        const float* theirs = all[rank] + first;
        for (int64_t place = 0; place < count; ++place) sums[place] += theirs[place];
      }
      for (int64_t place = 0; place < count; ++place) own[first + place] = sums[place] * times;
    }
    shared->advance(added);
  }
  for (size_t index = 0; index < buckets.size(); ++index) {
    const Bucket& bucket = buckets[index];
    float* own = values(bucket, group.rank);
    for (int rank = 0; rank < group.size; ++rank) {
      if (rank == group.rank) continue;
      // What it has added up it does not need of this rank any more.
      shared->wait(added, rank, before + static_cast<uint32_t>(index) + 1);
      const int64_t begin = part(bucket, rank);
      std::copy_n(values(bucket, rank) + begin, part(bucket, rank + 1) - begin, own + begin);
    }
  }
  shared->advance(taken);
  ++passes;
}

void MVTExchange::finish(double factor) {
  const at::NoGradGuard guard;
  is_open = false;
  while (sent < buckets.size()) send(buckets[sent++]);
  if (shared) group.guarded([&] { add_up(factor); });
  for (Bucket& bucket : buckets) {
    if (!shared) {
      group.exchange([&] { return bucket.work; });
      if (factor != 1) bucket.sum.mul_(factor);
    }
    int64_t place = 0;
    for (const size_t index : bucket.leaves) {
      const at::Tensor& tensor = leaves[index].tensor;
      at::Tensor gradient = tensor.grad();
      if (gradient.defined()) gradient.copy_(bucket.sum.narrow(0, place, tensor.numel()).view(tensor.sizes()));
      place += tensor.numel();
    }
    bucket.sum = at::Tensor();
    bucket.work.reset();
  }
}

GuardedStatus mvt_exchange_create(MVTGroup* group, MVTTensor* const* tensors, int64_t count, MVTExchange** result) {
  return mvt::run([&] { *result = new MVTExchange(*group, tensors, count); });
}

void mvt_exchange_free(MVTExchange* exchange) { delete exchange; }

GuardedStatus mvt_exchange_begin(MVTExchange* exchange) {
  return mvt::run([&] { exchange->begin(); });
}

GuardedStatus mvt_exchange_finish(MVTExchange* exchange, double factor) {
  return mvt::run([&] { exchange->finish(factor); });
}
