// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace upselld {

// Replaces the file by these bytes: afterwards, also after a power cut, it holds either what it
// held before or all of `bytes`, with `mode` as its permissions. On failure (io) the old file
// stands and nothing is left beside it. A process killed in between may leave "NAME.tmp-PID-N"
// behind. Any number of threads and processes may write one file: the last one stands.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                                   mode_t mode = 0600);
// The same for bytes that come piece by piece: `fill` hands them to its writer in order. An error
// of `fill` is returned, and the old file stands.
using FileWriter = std::function<Result<void>(std::string_view bytes)>;
Result<void> fill_file_atomically(const std::filesystem::path& path,
                                  const std::function<Result<void>(const FileWriter&)>& fill,
                                  mode_t mode = 0600);

// The whole file. Not there: not_found. Larger than `size_max`, or no regular file: io.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t size_max);

}  // namespace upselld
