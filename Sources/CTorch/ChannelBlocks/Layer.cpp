#include "Layer.h"

#ifdef MVMR_ONEDNN

namespace mvt::blocks {

void check(const at::Tensor& map) {
  TORCH_CHECK(map.dim() == 5 && map.size(4) == width && map.scalar_type() == at::kFloat && map.is_cpu(),
              "a map in blocks is float32, N x C/16 x H x W x 16, not ", map.sizes());
}

void check_convolution(const at::Tensor& map, const at::Tensor& weight) {
  if (holds(map)) check(map);
  TORCH_CHECK(weight.dim() == 4 && weight.size(0) % width == 0, "blocks hold 16 channels");
  TORCH_CHECK(weight.size(1) == (holds(map) ? map.size(1) * width : map.size(1)), "the weight is for ", weight.size(1),
              " channels");
  TORCH_CHECK(weight.size(2) == weight.size(3) && weight.scalar_type() == at::kFloat && weight.is_cpu() &&
                  weight.is_non_overlapping_and_dense(),
              "weights are dense float32 squares");
}

dnnl::engine& engine() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::stream& stream() {
  thread_local dnnl::stream stream(engine());
  return stream;
}

dnnl::primitive_attr lean() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

memory::desc map_layout(const memory::dims& shape) {
  return {shape, memory::data_type::f32, memory::format_tag::nChw16c};
}

memory::dims map_shape(const at::Tensor& map) { return {map.size(0), map.size(1) * width, map.size(2), map.size(3)}; }

memory seen(const memory::desc& layout, const at::Tensor& tensor) { return {layout, engine(), tensor.data_ptr()}; }

at::Tensor room(const memory::desc& layout) { return at::empty({static_cast<int64_t>(layout.get_size())}, at::kByte); }

void execute(const dnnl::primitive& primitive, const memory::desc& scratch, std::unordered_map<int, memory> arguments) {
  const at::Tensor working = room(scratch);
  if (working.numel() > 0) arguments.emplace(DNNL_ARG_SCRATCHPAD, seen(scratch, working));
  primitive.execute(stream(), arguments);
  stream().wait();
}

}  // namespace mvt::blocks

#endif
