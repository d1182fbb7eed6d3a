#include "interconnect/link.h"

namespace kirchhoff::interconnect {

using foundation::Duration;

std::pair<std::size_t, Duration> Reservations::gap(Duration wanted, Duration length) const {
  Duration begin = std::max(wanted, forgotten_until_);
  // What ended before is in nobody's way; most requests belong near the end.
  std::size_t position = count_;
  while (position > 0 && at(position - 1).end > wanted) {
    --position;
  }
  for (; position < count_; ++position) {
    if (begin + length <= at(position).begin) {
      break;
    }
    begin = std::max(begin, at(position).end);
  }
  return {position, begin};
}

Duration Reservations::reserve_gap(Duration wanted, Duration length) {
  if (wanted < latest_wanted_) {
    ++out_of_order_;
  }
  latest_wanted_ = std::max(latest_wanted_, wanted);
  const auto [position, begin] = gap(wanted, length);
  insert(position, {begin, begin + length});
  return begin;
}

void Reservations::insert(std::size_t position, Interval interval) {
  if (position == count_) {
    append(interval);
    last_end_ = interval.end;
    return;
  }
  if (count_ == kept) {
    if (position == 0) {  // before all that is kept: nothing behind it will be asked for again
      forgotten_until_ = std::max(forgotten_until_, interval.end);
      return;
    }
    forgotten_until_ = std::max(forgotten_until_, at(0).end);
    for (std::size_t k = 1; k < position; ++k) {
      at(k - 1) = at(k);
    }
    at(position - 1) = interval;
    return;
  }
  for (std::size_t k = count_; k > position; --k) {
    at(k) = at(k - 1);
  }
  at(position) = interval;
  ++count_;
}

}  // namespace kirchhoff::interconnect
