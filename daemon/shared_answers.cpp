// SPDX-License-Identifier: Apache-2.0
#include "daemon/shared_answers.h"

#include <utility>

namespace upselld::daemon {

WebAnswer SharedAnswers::get(const std::string& what, const std::function<WebAnswer()>& make) {
  std::unique_lock lock(mutex_);
  std::erase_if(answers_, [&](const auto& each) {
    return each.second->is_made && clock_.steady() >= each.second->until;
  });
  const auto known = answers_.find(what);
  if (known != answers_.end()) {
    const std::shared_ptr<Answer> shared = known->second;
    made_.wait(lock, [&] { return shared->is_made; });
    return shared->answer;
  }
  const auto own = std::make_shared<Answer>();
  if (answers_.size() < kAnswersKeptMax) answers_[what] = own;
  lock.unlock();
  try {
    WebAnswer answer = make();
    settle(*own, answer);
    return answer;
  } catch (...) {
    // Nobody is left waiting for ever.
    settle(*own, {.status = 500});
    throw;
  }
}

void SharedAnswers::settle(Answer& own, const WebAnswer& answer) {
  const std::lock_guard lock(mutex_);
  own.answer = answer;
  own.is_made = true;
  own.until = clock_.steady();
  if (answer.status == 200) own.until.ms += kAnswerKeptFor.ms;
  made_.notify_all();
}

void SharedAnswers::forget() {
  const std::lock_guard lock(mutex_);
  answers_.clear();
}

}  // namespace upselld::daemon
