#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <string>

#include "Handles.h"

struct MVTScript : mvt::Counted {
  explicit MVTScript(torch::jit::Module value) : module(std::move(value)) {}
  torch::jit::Module module;
};

namespace {

/// The module at `path` below `outer`, made where there is none; each is of a type of its own, as each holds others.
torch::jit::Module inner(torch::jit::Module outer, const std::string& path) {
  size_t start = 0;
  std::string type = outer.type()->name()->qualifiedName();
  while (start < path.size()) {
    const size_t dot = std::min(path.find('.', start), path.size());
    const std::string part = path.substr(start, dot - start);
    type += "_" + part;
    if (!outer.hasattr(part)) {
      torch::jit::Module made(c10::QualifiedName(type), outer._ivalue()->compilation_unit());
      made.register_attribute("training", c10::BoolType::get(), false);
      outer.register_module(part, made);
    }
    outer = outer.attr(part).toModule();
    start = dot + 1;
  }
  return outer;
}

}  // namespace

GuardedStatus mvt_script_create(const char* name, MVTScript** result) {
  return mvt::run([&] {
    torch::jit::Module module(c10::QualifiedName(std::string("__torch__.") + name),
                              std::make_shared<torch::jit::CompilationUnit>());
    module.register_attribute("training", c10::BoolType::get(), false);
    *result = new MVTScript(std::move(module));
  });
}

void mvt_script_free(MVTScript* script) { delete script; }

GuardedStatus mvt_script_add(MVTScript* script, const char* name, const MVTTensor* tensor, bool is_parameter) {
  return mvt::run([&] {
    const std::string full(name);
    const size_t dot = full.rfind('.');
    const std::string path = dot == std::string::npos ? "" : full.substr(0, dot);
    const std::string own = dot == std::string::npos ? full : full.substr(dot + 1);
    const at::Tensor copy = tensor->value.detach().to(at::kCPU).contiguous().clone(at::MemoryFormat::Contiguous);
    inner(script->module, path).register_parameter(own, copy, !is_parameter);
  });
}

GuardedStatus mvt_script_define(MVTScript* script, const char* source) {
  return mvt::run([&] { script->module.define(source); });
}

GuardedStatus mvt_script_save(const MVTScript* script, const char* path, const char* name, const char* text) {
  return mvt::run([&] {
    const torch::jit::ExtraFilesMap texts = {{name, text}};
    script->module.save(path, texts);
  });
}
