// SPDX-License-Identifier: Apache-2.0
#include "scoring/tree_library.h"

#include <dlfcn.h>

#include <string>

namespace upselld::scoring {
namespace {

Error not_usable(const std::string& why) {
  return {ErrorKind::unsupported,
          "load XGBoost: " + why + "; install the package it comes in (Debian: libxgboost0)",
          {}};
}

Result<TreeLibrary> loaded() {
  void* handle = dlopen(UPSELLD_XGBOOST_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return not_usable(dlerror());
  TreeLibrary library;
#define UPSELLD_FIND(name)                                                                    \
  library.name = reinterpret_cast<decltype(library.name)>(dlsym(handle, #name)); /* NOLINT */ \
  if (library.name == nullptr) return not_usable(UPSELLD_XGBOOST_LIBRARY " has no " #name);
  UPSELLD_XGBOOST_FUNCTIONS(UPSELLD_FIND)
#undef UPSELLD_FIND
  return library;
}

}  // namespace

Result<const TreeLibrary*> tree_library() {
  static const Result<TreeLibrary> library = loaded();
  if (!library) return library.error();
  return &*library;
}

}  // namespace upselld::scoring
