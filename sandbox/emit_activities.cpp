// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sandbox/emit.h"
#include "sandbox/rates.h"

namespace upselld::sandbox {
namespace {

constexpr double kReferrals = 0.01;
constexpr double kSurveys = 0.06;
constexpr double kPassingCases = 0.06;  // opened and closed within days; they decide nothing
constexpr int kPricingDaysLast = 12;    // of the month: people look shortly before they ask
constexpr double kUnknownVisitor = 0.005;

struct Case {
  std::string thread;
  Day opened;
  bool escalated = false;
};

// One account's events, written as its months pass.
class ActivityWriter {
 public:
  ActivityWriter(const Calendar& calendar, std::uint64_t seed, const History& history,
                 std::vector<ContactDraw>& contacts, OutputFiles& files)
      : calendar_(calendar),
        history_(history),
        contacts_(contacts),
        files_(files),
        id_(account_id(history.account)),
        customer_no_(customer_no(history.account)),
        random_(seed, Random::Purpose::events, static_cast<std::uint64_t>(history.account)),
        busy_(usage_factor(history.traits.level)) {}

  void run(const std::vector<Refund>& refunds, std::vector<MonthTraces>& traces) {
    for (std::size_t i = 0; i < history_.months.size(); ++i) {
      const Month& month = history_.months[i];
      traces_ = &traces[i];
      first_ = calendar_.first_of(month.view.month);
      days_ = calendar_.days_in(month.view.month);
      from_ = std::max(0, history_.traits.created.number + 1 - first_.number);
      if (from_ >= days_) continue;
      write_contact_events(month.during);
      if (month.task == MonthTask::made)
        begin(first_, "call", contacts_.front().id).empty().end_row();
      write_usage(month);
      write_web_visits(month.during);
      write_cases(month.during.friction);
      write_offers(month);
    }
    for (const Refund& refund : refunds) {
      begin(refund.day, "refund").cents(refund.cents).end_row();
    }
  }

 private:
  Day any_day() { return first_ + random_.between(from_, days_ - 1); }
  // Between two days of the month, moved inside what of it the account saw.
  Day day_between(int least, int most) {
    return first_ + std::clamp(random_.between(least, most), from_, days_ - 1);
  }
  int second_of_day() { return random_.between(8 * 3600, 18 * 3600 - 1); }

  // A row up to its value.
  CsvOut& begin(Day day, std::string_view kind, std::string_view contact = {},
                std::string_view thread = {}) {
    event_id_.clear();
    fmt::format_to(std::back_inserter(event_id_), "E{:06}-{}", history_.account, ++events_);
    files_.activities.text(event_id_).text(id_).text(contact).text(thread);
    return files_.activities.moment(day, second_of_day()).text(kind);
  }

  int write_some(double mean, std::string_view kind, bool touches = false) {
    const int count = random_.poisson(mean);
    for (int left = count; left > 0; --left) {
      const Day day = any_day();
      ContactDraw& contact = contacts_[static_cast<std::size_t>(random_.next() % contacts_.size())];
      if (touches) contact.last_touch = std::max(contact.last_touch, day);
      begin(day, kind, contact.id).empty().end_row();
    }
    return count;
  }

  void write_contact_events(const Drivers& now) {
    traces_->email_opens = write_some(rate(kEmailOpens, now.engagement), "email_open");
    traces_->email_clicks = write_some(rate(kEmailClicks, now.engagement), "email_click");
    traces_->email_replies =
        write_some(rate(kEmailReplies, now.engagement), "email_reply", /*touches=*/true);
    traces_->calls = write_some(rate(kCalls, now.engagement), "call", /*touches=*/true);
    traces_->meetings = write_some(rate(kMeetings, now.engagement), "meeting", /*touches=*/true);
    write_some(kReferrals, "referral");
    traces_->logins = write_some(rate(kLogins, now.engagement) * busy_, "login");
    if (random_.chance(kSurveys)) {
      const double mood = 8.5 - 2.0 * static_cast<double>(now.friction) + 1.5 * random_.normal();
      begin(any_day(), "nps").integer(static_cast<int>(std::clamp(mood, 0.0, 10.0))).end_row();
    }
  }

  void write_usage(const Month& month) {
    const Drivers& now = month.during;
    traces_->feature_uses = write_some(rate(kFeatureUses, now.engagement) * busy_, "feature_use");
    write_some(rate(kLimitedUses, month.quota_before_upsell), "limited_feature_use");
    for (int day = std::max(1, from_); day < days_; day += 7) {
      const bool after = month.upsell_day >= 0 && day > month.upsell_day;
      const Quota quota = after ? now.quota : month.quota_before_upsell;
      const double share = rate(kQuotaFrom, quota) + rate(kQuotaWidth, quota) * random_.uniform();
      files_.quota.text(id_).day(first_ + day).decimal(share, 3).end_row();
    }
  }

  void write_visit(Day day, std::string_view event) {
    const bool unknown = random_.chance(kUnknownVisitor);
    files_.web_visits.text(unknown ? "C0" : customer_no_).moment(day, second_of_day());
    files_.web_visits.text(event).end_row();
  }

  void write_web_visits(const Drivers& now) {
    traces_->site_visits = random_.poisson(rate(kSiteVisits, now.engagement));
    for (int i = 0; i < traces_->site_visits; ++i) write_visit(any_day(), "site_visit");
    traces_->product_views = random_.poisson(rate(kProductViews, now.interest));
    for (int i = 0; i < traces_->product_views; ++i) write_visit(any_day(), "product_view");
    traces_->pricing_visits = random_.poisson(rate(kPricingVisits, now.interest));
    for (int i = 0; i < traces_->pricing_visits; ++i) {
      write_visit(day_between(days_ - kPricingDaysLast, days_ - 1), "pricing_visit");
    }
  }

  void open_case(Day day) {
    case_ = Case{fmt::format("T{:06}-{}", history_.account, ++cases_), day};
    begin(day, "case_opened", contacts_.front().id, case_->thread).empty().end_row();
  }

  void close_case(Day day) {
    const int open_hours =
        24 * std::max(0, day.number - case_->opened.number) + random_.between(1, 8);
    begin(day, "case_closed", contacts_.front().id, case_->thread).integer(open_hours).end_row();
    if (random_.chance(0.4)) {
      const int mood = random_.between(case_->escalated ? 1 : 3, case_->escalated ? 3 : 5);
      begin(day, "csat", contacts_.front().id, case_->thread).integer(mood).end_row();
    }
    case_.reset();
  }

  // By the end of the month the account's case is in the state of the month's friction.
  void write_cases(Friction now) {
    const bool calmer = case_ && case_->escalated && now != Friction::escalated;
    if (case_ && (now == Friction::calm || calmer)) close_case(day_between(0, 9));
    if (now != Friction::calm && !case_) open_case(day_between(10, 18));
    if (now == Friction::escalated && !case_->escalated) {
      case_->escalated = true;
      begin(day_between(19, 27), "case_escalated", contacts_.front().id, case_->thread)
          .empty()
          .end_row();
    }
    if (now == Friction::calm && random_.chance(kPassingCases)) {
      open_case(day_between(10, 18));
      close_case(day_between(19, 27));
    }
  }

  // An offer is made whether or not an up-sell was coming; only its answer knows.
  void write_offers(const Month& month) {
    traces_->is_offered = random_.chance(rate(kOffers, month.during.interest));
    if (!traces_->is_offered) return;
    const Day shown = any_day();
    const std::string& buyer = contacts_.front().id;
    begin(shown, "offer_shown", buyer).empty().end_row();
    const bool declines = random_.chance(0.4);
    const Day answered = std::min(shown + random_.between(1, 10), calendar_.end() - 1);
    if (month.upsell_day >= 0 && first_ + month.upsell_day >= shown) {
      begin(first_ + month.upsell_day, "offer_accepted", buyer).empty().end_row();
    } else if (declines) {
      begin(answered, "offer_declined", buyer).empty().end_row();
    }
  }

  const Calendar& calendar_;
  const History& history_;
  std::vector<ContactDraw>& contacts_;
  OutputFiles& files_;
  std::string id_;
  std::string customer_no_;
  Random random_;
  MonthTraces* traces_ = nullptr;  // of the month being written
  double busy_;
  Day first_;     // of the month being written
  int days_ = 0;  // in it
  int from_ = 0;  // the first day on which the account existed
  std::optional<Case> case_;
  std::string event_id_;
  int events_ = 0;
  int cases_ = 0;
};

}  // namespace

void emit_activities(const Calendar& calendar, std::uint64_t seed, const History& history,
                     OrderTraces& orders, std::vector<ContactDraw>& contacts, OutputFiles& files) {
  ActivityWriter(calendar, seed, history, contacts, files).run(orders.refunds, orders.months);
}

}  // namespace upselld::sandbox
