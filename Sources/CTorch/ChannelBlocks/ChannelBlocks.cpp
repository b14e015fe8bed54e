#include "ChannelBlocks.h"

#include "Layer.h"

namespace mvt::blocks {

#ifdef MVMR_ONEDNN

namespace {
bool processor_has(dnnl::cpu_isa needed) {
#if defined(__x86_64__)
  return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & static_cast<unsigned>(needed)) ==
         static_cast<unsigned>(needed);
#else
  return false;
#endif
}
}  // namespace

bool available() { return processor_has(dnnl::cpu_isa::avx512_core) && device().is_cpu() && !autocasts(); }

bool multiplies_bfloat16() {
  return processor_has(dnnl::cpu_isa::avx512_core_bf16) && device().is_cpu() && autocasts();
}

#else

bool available() { return false; }
bool multiplies_bfloat16() { return false; }
bool suits_tap_products(const at::Tensor&, const at::Tensor&, int64_t, int64_t) { return false; }
bool suits_pieces(const at::Tensor&, const at::Tensor&) { return false; }

namespace {
at::Tensor absent() {
  TORCH_CHECK(false, "this build has no layers on blocks of channels");
  return {};
}
}  // namespace

at::Tensor convolution(const at::Tensor&, const at::Tensor&, int64_t, int64_t) { return absent(); }
at::Tensor batch_norm(const at::Tensor&, const at::Tensor&, const at::Tensor&, at::Tensor, at::Tensor, double, double,
                      bool, int64_t) {
  return absent();
}
at::Tensor max_pool(const at::Tensor&, int64_t, int64_t, int64_t) { return absent(); }
at::Tensor tap_products(const at::Tensor&, const at::Tensor&) { return absent(); }
at::Tensor convolution_in_pieces(const at::Tensor&, const at::Tensor&, int64_t, int64_t) { return absent(); }

#endif

}  // namespace mvt::blocks
