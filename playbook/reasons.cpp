// SPDX-License-Identifier: Apache-2.0
#include "playbook/reasons.h"

#include <string_view>

#include "playbook/text.h"

namespace upselld::playbook {

namespace {

constexpr std::string_view kDirections[] = {": raises the likelihood", ": lowers the likelihood"};

std::string_view without_direction(std::string_view text) {
  for (const std::string_view direction : kDirections) {
    if (text.size() > direction.size() &&
        text.substr(text.size() - direction.size()) == direction) {
      return text.substr(0, text.size() - direction.size());
    }
  }
  return text;
}

}  // namespace

ShownReasons shown_reasons(const Score* score) {
  ShownReasons shown;
  if (score == nullptr) return shown;
  for (const Reason& reason : score->reasons) {
    if (reason.text.empty()) continue;
    if (reason.contribution > 0 && shown.in_favour.size() < kReasonsForMax) {
      shown.in_favour.push_back(&reason);
    } else if (reason.contribution < 0 && shown.against.size() < kReasonsAgainstMax) {
      shown.against.push_back(&reason);
    }
  }
  return shown;
}

std::vector<std::string> reason_order(const ShownReasons& reasons) {
  std::vector<std::string> order;
  for (const Reason* reason : reasons.in_favour) order.push_back("+" + reason->group);
  for (const Reason* reason : reasons.against) order.push_back("-" + reason->group);
  return order;
}

std::string told_under_heading(const std::vector<const Reason*>& reasons) {
  std::string text;
  for (const Reason* reason : reasons) {
    if (!text.empty()) text += '\n';
    text += "- " + plain_line(without_direction(reason->text), kReasonBytesMax);
  }
  return text;
}

}  // namespace upselld::playbook
