// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/host.h"
#include "daemon/web_request.h"

namespace upselld::daemon {

inline constexpr Duration kAnswerKeptFor = seconds(1);
inline constexpr std::size_t kAnswersKeptMax = 32;

// Answers that are the same for all who ask: each is made by one thread while others who want it
// wait for it, and given to all for a second. Any thread may call it.
class SharedAnswers {
 public:
  // `clock` outlives the object.
  explicit SharedAnswers(const Clock& clock) : clock_(clock) {}

  // `what` names all that the answer depends on but the data. Refusals and failures are kept for
  // nobody who asks later. What `make` throws goes to who made it; the others get a failure.
  WebAnswer get(const std::string& what, const std::function<WebAnswer()>& make);
  // Something was changed: who asks from now on gets nothing that was begun before.
  void forget();

 private:
  struct Answer {
    bool is_made = false;
    WebAnswer answer;
    Duration until;
  };
  void settle(Answer& own, const WebAnswer& answer);

  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable made_;
  // By what they are about. Shared with the threads that make one or wait for it, which may be
  // after it was forgotten.
  std::map<std::string, std::shared_ptr<Answer>> answers_;
};

}  // namespace upselld::daemon
