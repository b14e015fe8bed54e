#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "Handles.h"

struct MVTModule : mvt::Counted {
  explicit MVTModule(torch::jit::Module value) : module(std::move(value)) {}
  torch::jit::Module module;
};

namespace {

thread_local std::string missing_operator;

/// Whether `line` begins with the name of an exception and a colon; `length` is then that of both.
bool names_exception(const std::string& line, size_t& length) {
  const size_t colon = line.find(':');
  if (colon == std::string::npos) return false;
  const std::string name = line.substr(0, colon);
  const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; };
  const auto ends_with = [&name](const std::string& end) {
    return name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
  };
  length = colon + 1;
  return std::all_of(name.begin(), name.end(), is_part) && (ends_with("Error") || ends_with("Exception"));
}

/// What the interpreter's message says went wrong.
///
/// It stands behind the last exception that begins a line, below a trace of the script, and may be of several lines or
/// none.
std::string cause_of(const std::string& message) {
  std::string cause = message;
  for (size_t start = 0; start < message.size();) {
    const size_t end = std::min(message.find('\n', start), message.size());
    const std::string line = message.substr(start, end - start);
    size_t length = 0;
    if (names_exception(line, length)) {
      cause = message.substr(start + length);
      if (cause.find_first_not_of(" \t\r\n") == std::string::npos) {
        const std::string module = "builtins.";
        const size_t name = line.compare(0, module.size(), module) == 0 ? module.size() : 0;
        cause = "it raises " + line.substr(name, length - 1 - name) + " without a message";
      }
    }
    start = end + 1;
  }
  return cause;
}

/// Keeps the name of the operator that libtorch says it does not know; `message` is the loader's.
void note_missing_operator(const std::string& message) {
  const std::string mark = "Unknown builtin op: ";
  const size_t start = message.find(mark);
  if (start == std::string::npos) return;
  const size_t name = start + mark.size();
  missing_operator = message.substr(name, message.find_first_of(". \n", name) - name);
}

MVTOutputKind kind_of(const c10::IValue& output) {
  if (output.isTensor()) return MVTOutputTensor;
  if (output.isTuple()) return MVTOutputTuple;
  if (output.isList()) return MVTOutputList;
  return output.isGenericDict() ? MVTOutputDictionary : MVTOutputOther;
}

}  // namespace

GuardedStatus mvt_module_load(const char* path, MVTModule** result) {
  return mvt::run([&] {
    missing_operator.clear();
    try {
      torch::jit::Module module = torch::jit::load(path, mvt::device());
      module.eval();
      for (const at::Tensor& weight : module.parameters()) weight.set_requires_grad(false);
      *result = new MVTModule(std::move(module));
    } catch (const std::exception& error) {
      note_missing_operator(error.what());
      throw;
    }
  });
}

const char* mvt_missing_operator(void) { return missing_operator.c_str(); }

void mvt_module_free(MVTModule* module) { delete module; }

GuardedStatus mvt_module_forward(MVTModule* module, const MVTTensor* input, MVTTensor** result, MVTOutputKind* kind) {
  return mvt::run([&] {
    const at::NoGradGuard without_gradients;
    // The optimizing executor runs the first batches by another graph than the later ones: a resumed run would differ.
    const torch::jit::GraphOptimizerEnabledGuard as_written(false);
    std::string failure;
    try {
      const c10::IValue output = module->module.forward({input->value});
      *kind = kind_of(output);
      if (output.isTensor()) *result = new MVTTensor(output.toTensor().to(at::kFloat));
      return;
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      failure = cause_of(error.what());
    }
    throw std::runtime_error(failure);
  });
}
