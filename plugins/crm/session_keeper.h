// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>

#include "core/host.h"
#include "core/result.h"

// A login that is used until it is over, renewed once, and never hammered.
namespace upselld::plugins {

template <typename Session>
class SessionKeeper {
 public:
  // A refused login is told again without asking for so long, so that nobody is locked out.
  static constexpr Duration kRefusalHolds = minutes(15);
  static constexpr Duration kUselessTwiceWithin = minutes(1);

  // The session at hand, or what `log_in` gives.
  template <typename LogIn>
  Result<Session> session(const Clock& clock, const LogIn& log_in) {
    if (session_) return *session_;
    const Duration now = clock.steady();
    if (refused_ && now - refused_at_ < kRefusalHolds) return *refused_;
    if (is_useless_twice_) {
      return Error{ErrorKind::unauthorized,
                   "log in: a new session was refused at once; may the user use the API?",
                   {}};
    }
    Result<Session> made = log_in();
    if (!made) {
      if (made.error().kind == ErrorKind::unauthorized) {
        refused_ = made.error();
        refused_at_ = now;
      }
      return made;
    }
    refused_.reset();
    session_ = *made;
    return made;
  }
  // The session turned out to be over.
  void is_over() { session_.reset(); }
  // A new session was refused like the old one. Twice within a minute: session() is unauthorized
  // from then on.
  void is_useless(const Clock& clock) {
    const Duration now = clock.steady();
    is_useless_twice_ = useless_at_ && now - *useless_at_ < kUselessTwiceWithin;
    useless_at_ = now;
    session_.reset();
  }
  const std::optional<Session>& at_hand() const { return session_; }

 private:
  std::optional<Session> session_;
  std::optional<Error> refused_;
  Duration refused_at_{};
  std::optional<Duration> useless_at_;
  bool is_useless_twice_ = false;
};

// Sends; where the answer says that the session is over, once more with a new one. `Login` has
// is_over() and is_useless().
template <typename Send, typename IsOver, typename Login>
auto with_session_renewed_once(Login& login, const Send& send, const IsOver& is_over) {
  auto reply = send();
  if (!is_over(reply)) return reply;
  login.is_over();
  reply = send();
  if (is_over(reply)) login.is_useless();
  return reply;
}

}  // namespace upselld::plugins
