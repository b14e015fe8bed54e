// Gradients are added up in buckets, the last layers' first, as soon as a backward pass has come past a bucket's first
// leaf. Buckets are sent in one order on every rank, whichever is full first: libtorch tells exchanges apart by their
// number alone.
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <memory>
#include <vector>

#include "CTorchExchange.h"
#include "Group.h"

namespace {

// Small enough that a network has several, and large beside what an exchange costs.
constexpr int64_t bucket_values = 2 << 20;

/// Leaves whose gradients are sent together.
struct Bucket {
  std::vector<size_t> leaves;
  int64_t values = 0;
  /// Leaves whose gradient has not come yet.
  size_t missing = 0;
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

  MVTExchange(MVTGroup& group, MVTTensor* const* tensors, int64_t count);
  ~MVTExchange();
  void begin();
  void arrived(size_t leaf);
  void send(Bucket& bucket);
  void finish(double factor);
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
  bucket.sum = at::zeros({bucket.values}, at::kFloat);
  int64_t place = 0;
  for (const size_t index : bucket.leaves) {
    const at::Tensor& tensor = leaves[index].tensor;
    const at::Tensor& gradient = tensor.grad();
    if (gradient.defined()) bucket.sum.narrow(0, place, tensor.numel()).view(tensor.sizes()).copy_(gradient);
    place += tensor.numel();
  }
  std::vector<at::Tensor> values = {bucket.sum};
  bucket.work = group.guarded([&] { return group.gloo->allreduce(values); });
}

void MVTExchange::finish(double factor) {
  const at::NoGradGuard guard;
  is_open = false;
  while (sent < buckets.size()) send(buckets[sent++]);
  for (Bucket& bucket : buckets) {
    group.exchange([&] { return bucket.work; });
    if (factor != 1) bucket.sum.mul_(factor);
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
