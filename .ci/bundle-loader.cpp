// Finds libtorch for a program that is not linked with it, and loads the library that was compiled for its version.
//
// Functions of CTorch are entries of a table here (.ci/bundle writes it), filled once a library is there. libtorch has
// a BLAS of its own beside ours: what is loaded is bound to its own libraries first (RTLD_DEEPBIND).
#include <dirent.h>
#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "CTorchRuntime.h"

extern "C" {
extern const char* const mvmr_torch_names[];
extern void* mvmr_torch_table[];
// What the entries are before; MvmrTrain looks for libtorch before it runs a command.
[[noreturn]] void mvmr_torch_missing(void) {
  std::fputs("mvmr: libtorch was called before it was loaded\n", stderr);
  std::_Exit(70);
}
}

namespace {
constexpr int flags = RTLD_NOW | RTLD_GLOBAL | RTLD_DEEPBIND;

struct Found {
  MVTLack lack = MVTLackNothing;
  std::string place, version, versions, cause;

  Found& lacks(MVTLack what) {
    lack = what;
    return *this;
  }
  Found& failed() {
    const char* words = dlerror();
    cause = words ? words : "";
    return lacks(MVTLackLoading);
  }
};

/// The libraries of this installation, by the version of libtorch that each is for.
std::map<std::string, std::string> libraries() {
  std::map<std::string, std::string> found;
  Dl_info own;
  if (!dladdr(reinterpret_cast<void*>(&mvt_search), &own)) return found;
  const std::string path = own.dli_fname;
  const std::string folder = path.substr(0, path.find_last_of('/') + 1) + "mvmr-torch";
  DIR* entries = opendir(folder.c_str());
  while (const dirent* entry = entries ? readdir(entries) : nullptr) {
    const std::string name = entry->d_name, begin = "libmvmr-torch-", end = ".so";
    if (name.size() <= begin.size() + end.size() || name.compare(0, begin.size(), begin) != 0) continue;
    found[name.substr(begin.size(), name.size() - begin.size() - end.size())] = folder + "/" + name;
  }
  if (entries) closedir(entries);
  return found;
}

/// The version of the libtorch that was loaded, from what it says of its build.
std::string version_of(void* library) {
  if (auto say = reinterpret_cast<std::string (*)()>(dlsym(library, "_ZN2at11show_configB5cxx11Ev"))) {
    const std::string words = say(), name = "TORCH_VERSION=";
    const size_t start = words.find(name);
    if (start == std::string::npos) return "";
    const size_t begin = start + name.size();
    return words.substr(begin, words.find_first_of(", \n", begin) - begin);
  }
  return dlsym(library, "_ZN2at11show_configEv") ? "of the C++ interface before 2.6" : "";
}

bool take(const std::string& path, Found& found) {
  void* library = dlopen(path.c_str(), flags);
  if (!library) return found.failed(), false;
  using Begin = void (*)(const char* (*)(void), void (*)(const char*));
  const auto begin = reinterpret_cast<Begin>(dlsym(library, "mvmr_torch_begin"));
  if (!begin) return found.failed(), false;
  begin(guarded_last_message, guarded_set_message);
  for (int i = 0; mvmr_torch_names[i]; ++i) {
    void* entry = dlsym(library, mvmr_torch_names[i]);
    if (!entry) return found.failed(), false;
    mvmr_torch_table[i] = entry;
  }
  return true;
}

Found search() {
  Found found;
  const auto known = libraries();
  for (const auto& [version, path] : known) {
    if (version != "system") found.versions += (found.versions.empty() ? "" : ", ") + version;
  }
  const char* named = std::getenv("MVMR_TORCH");
  if (!named || !*named) {
    const auto system = known.find("system");
    if (system == known.end()) return found.lacks(MVTLackLibrary);
    found.place = system->second;
    take(system->second, found);
    return found;
  }
  found.place = named;
  std::string folder = found.place + "/lib/";
  if (access((folder + "libtorch_cpu.so").c_str(), F_OK) != 0) folder = found.place + "/";
  if (access((folder + "libtorch_cpu.so").c_str(), F_OK) != 0) return found.lacks(MVTLackLibrary);
  void* cpu = nullptr;
  for (const char* name : {"libc10.so", "libtorch_cpu.so", "libtorch.so"}) {
    void* library = dlopen((folder + name).c_str(), flags);
    if (!library) return found.failed();
    if (std::string(name) == "libtorch_cpu.so") cpu = library;
  }
  found.version = version_of(cpu);
  // Versions as 2.15: the third number is of no matter.
  const size_t point = found.version.find('.');
  const auto own = known.find(found.version.substr(0, found.version.find('.', point + 1)));
  if (point == std::string::npos || own == known.end()) return found.lacks(MVTLackVersion);
  take(own->second, found);
  return found;
}
}  // namespace

MVTSearch mvt_search(void) {
  static const Found found = search();
  return {found.lack, found.place.c_str(), found.version.c_str(), found.versions.c_str(), found.cause.c_str()};
}
