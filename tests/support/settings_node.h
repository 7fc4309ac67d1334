// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "core/settings.h"

// Settings as a test writes them, without a file: node({{"path", "a.csv"}, {"only", {...}}}).
namespace upselld::tests {

inline Node text(std::string value) {
  Node node;
  node.kind = Node::Kind::scalar;
  node.text = std::move(value);
  return node;
}

inline Node list(std::initializer_list<Node> items) {
  Node node;
  node.kind = Node::Kind::list;
  node.items = items;
  return node;
}

inline Node texts(std::initializer_list<const char*> values) {
  Node node;
  node.kind = Node::Kind::list;
  for (const char* value : values) node.items.push_back(text(value));
  return node;
}

inline Node map(std::initializer_list<std::pair<const char*, Node>> entries) {
  Node node;
  node.kind = Node::Kind::map;
  for (const auto& [key, value] : entries) node.entries.push_back({key, {}, value});
  return node;
}

// Gives every node that place, as if it stood in that file.
inline Node placed(Node node, const Place& place) {
  node.place = place;
  for (Node& item : node.items) item = placed(std::move(item), place);
  for (Node::Entry& entry : node.entries) {
    entry.place = place;
    entry.value = placed(std::move(entry.value), place);
  }
  return node;
}

}  // namespace upselld::tests
