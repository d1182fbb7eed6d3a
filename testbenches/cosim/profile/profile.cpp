#include "testbenches/cosim/profile/profile.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace kirchhoff::testbenches {

using foundation::Duration;

Profile::Profile(const SymbolTable& functions, Clock clock)
    : functions_(functions), clock_(std::move(clock)), counts_(functions.functions().size() + 1) {}

void Profile::enter(std::uint32_t pc, std::uint64_t executed) {
  if (count_ != nullptr && pc == begin_) {  // the same function again
    ++count_->entries;
    return;
  }
  const Duration now = clock_(executed);
  leave(executed, now);
  entered_executed_ = executed;
  entered_ = now;

  const auto all = functions_.functions();
  if (const FunctionSymbol* function = functions_.find(pc)) {
    begin_ = function->address;
    bytes_ = function->bytes;
    count_ = &counts_[static_cast<std::size_t>(function - all.data())];
    count_->entries += pc == begin_ ? 1 : 0;
    return;
  }
  // The gap between two functions; its first instruction is none of a function.
  const auto after =
      std::upper_bound(all.begin(), all.end(), pc,
                       [](std::uint32_t a, const FunctionSymbol& function) { return a < function.address; });
  begin_ = after == all.begin() ? 0 : std::prev(after)->address + std::prev(after)->bytes;
  const std::uint64_t end = after == all.end() ? std::uint64_t{1} << 32U : after->address;
  bytes_ = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(end - begin_, std::numeric_limits<std::uint32_t>::max()));
  count_ = &counts_.back();
}

void Profile::leave(std::uint64_t executed, Duration now) {
  if (count_ != nullptr) {
    count_->instructions += executed - entered_executed_;
    count_->time += now - entered_ - asleep_here_;
  } else {
    counts_.back().time += now;  // before the first instruction
  }
  asleep_here_ = Duration{0};
}

void Profile::wakes(Duration now) {
  if (asleep_since_) {
    asleep_ += now - *asleep_since_;
    asleep_here_ += now - *asleep_since_;
    asleep_since_.reset();
  }
}

ProfileResult Profile::finish(std::uint64_t executed, Duration now) {
  wakes(now);
  leave(executed, now);
  count_ = nullptr;
  ProfileResult result;
  const auto all = functions_.functions();
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const Count& count = counts_[i];
    if (count.instructions > 0 || count.time.count() > 0) {
      const bool known = i < all.size();
      result.rows.push_back({known ? all[i].name : "(no symbol)", known ? all[i].address : 0,
                             known ? count.entries : 0, count.instructions, count.time});
    }
  }
  std::stable_sort(result.rows.begin(), result.rows.end(),
                   [](const auto& a, const auto& b) { return a.time > b.time; });
  result.asleep = asleep_;
  result.total = now;
  result.instructions = executed;
  result.interrupts = interrupts_;
  result.exceptions = exceptions_;
  return result;
}

}  // namespace kirchhoff::testbenches
