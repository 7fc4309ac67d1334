// SPDX-License-Identifier: Apache-2.0
#include "plugins/crm/refresh_token.h"

#include <filesystem>

#include "core/file_io.h"

namespace upselld::plugins {

std::string secret_file(const Settings& settings, const char* option) {
  const Node* node = settings.node(option);
  const Node* file = node == nullptr ? nullptr : node->find("file");
  if (file == nullptr) return {};
  const auto folder = std::filesystem::path(file->place.file).parent_path();
  return std::filesystem::absolute(folder / file->text).lexically_normal();
}

Result<void> keep_refresh_token(const std::string& file, const std::string& token,
                                const std::string& advice) {
  if (file.empty()) {
    return Error{
        ErrorKind::invalid_config,
        "log in: a new refresh token comes with each login, and it cannot be kept; " + advice,
        {}};
  }
  const auto kept = write_file_atomically(file, token + "\n", 0600);
  if (!kept) return in_context("log in: keep the new refresh token", kept.error());
  return {};
}

}  // namespace upselld::plugins
