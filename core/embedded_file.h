// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace upselld {

// A file that was put into the program when it was built: see cmake/Embed.cmake.
struct EmbeddedFile {
  std::string_view name;  // without folder
  std::string_view bytes;
};

}  // namespace upselld
