// What the layers of ChannelBlocks.h share: oneDNN's engine, the layouts it is told, and the primitives it has
// compiled.
#pragma once

#ifdef MVMR_ONEDNN

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <dnnl.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "ChannelBlocks.h"

namespace mvt::blocks {

using dnnl::memory;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

using Key = std::vector<int64_t>;

/// Throws where a map is not what it should be: oneDNN is given addresses and trusts them.
void check(const at::Tensor& map);

/// Throws where a map, in blocks or not, and a weight do not go together.
void check_convolution(const at::Tensor& map, const at::Tensor& weight);

dnnl::engine& engine();
dnnl::stream& stream();

/// The attribute of primitives that are given their working memory: oneDNN would keep its own for each primitive.
dnnl::primitive_attr lean();

/// The layout of a map of `shape`, N, C, H and W, in blocks.
memory::desc map_layout(const memory::dims& shape);

/// N, C, H and W of a map in blocks.
memory::dims map_shape(const at::Tensor& map);

/// A tensor's memory as oneDNN sees it.
memory seen(const memory::desc& layout, const at::Tensor& tensor);

/// Memory for `layout`.
at::Tensor room(const memory::desc& layout);

/// Runs a primitive and waits for it.
void execute(const dnnl::primitive& primitive, const memory::desc& scratch, std::unordered_map<int, memory> arguments);

/// Primitives by shape and number of threads, which they are compiled for; made once and kept.
template <typename Entry>
class Cache {
 public:
  const Entry& entry(Key key) {
    key.push_back(at::get_num_threads());
    const std::lock_guard<std::mutex> guard(mutex_);
    std::unique_ptr<Entry>& entry = entries_[key];
    if (!entry) entry = std::make_unique<Entry>(key);
    return *entry;
  }

 private:
  std::mutex mutex_;
  std::map<Key, std::unique_ptr<Entry>> entries_;
};

}  // namespace mvt::blocks

#endif
