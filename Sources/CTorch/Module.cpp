#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <string>

#include "Handles.h"

struct MVTModule : mvt::Counted {
  explicit MVTModule(torch::jit::Module value) : module(std::move(value)) {}
  torch::jit::Module module;
};

namespace {

/// The interpreter wraps what went wrong in a trace of the script; the cause stands on the last line that names one.
std::string cause_of(const std::string& message) {
  const std::string mark = "RuntimeError: ";
  const size_t start = message.rfind(mark);
  if (start == std::string::npos) return message;
  return message.substr(start + mark.size());
}

}  // namespace

GuardedStatus mvt_module_load(const char* path, MVTModule** result) {
  return mvt::run([&] {
    torch::jit::Module module = torch::jit::load(path, mvt::device());
    module.eval();
    for (const at::Tensor& weight : module.parameters()) weight.set_requires_grad(false);
    *result = new MVTModule(std::move(module));
  });
}

void mvt_module_free(MVTModule* module) { delete module; }

GuardedStatus mvt_module_forward(MVTModule* module, const MVTTensor* input, MVTTensor** result) {
  return mvt::run([&] {
    const at::NoGradGuard without_gradients;
    // The optimizing executor runs the first batches by another graph than the later ones: a resumed run would differ.
    const torch::jit::GraphOptimizerEnabledGuard as_written(false);
    std::string failure;
    try {
      const c10::IValue output = module->module.forward({input->value});
      TORCH_CHECK(output.isTensor(), "it gives ", output.tagKind(), ", not one tensor");
      *result = new MVTTensor(output.toTensor().to(at::kFloat));
      return;
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      failure = cause_of(error.what());
    }
    throw std::runtime_error(failure);
  });
}
