// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/settings.h"

// A reader for the YAML that playbook tests are written in: block and flow maps and lists, quoted
// scalars, literal blocks (|) and comments. It believes its input; the product's loader does not.
upselld::Node node_of(const std::string& text, const std::string& file = "playbook.yaml");

std::string text_of_file(const std::string& path);
// tests/golden/NAME.
std::string golden(const std::string& name);
