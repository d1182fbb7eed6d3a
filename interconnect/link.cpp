#include "interconnect/link.h"

#include <algorithm>

namespace kirchhoff::interconnect {

using foundation::Duration;

Duration Reservations::reserve(Duration wanted, Duration length) {
  if (count_ == 0 || wanted >= intervals_[count_ - 1].end) {
    insert(count_, {wanted, wanted + length});
    return wanted;
  }
  if (wanted < intervals_[count_ - 1].begin) {
    ++out_of_order_;
  }
  Duration begin = std::max(wanted, forgotten_until_);
  std::size_t position = 0;
  for (; position < count_; ++position) {
    if (begin + length <= intervals_[position].begin) {
      break;
    }
    begin = std::max(begin, intervals_[position].end);
  }
  insert(position, {begin, begin + length});
  return begin;
}

void Reservations::insert(std::size_t position, Interval interval) {
  if (count_ == kept) {
    if (position == 0) {  // before all that is kept: nothing behind it will be asked for again
      forgotten_until_ = std::max(forgotten_until_, interval.end);
      return;
    }
    forgotten_until_ = std::max(forgotten_until_, intervals_[0].end);
    std::move(intervals_.begin() + 1, intervals_.begin() + static_cast<std::ptrdiff_t>(position),
              intervals_.begin());
    intervals_[position - 1] = interval;
    return;
  }
  std::move_backward(intervals_.begin() + static_cast<std::ptrdiff_t>(position),
                     intervals_.begin() + static_cast<std::ptrdiff_t>(count_),
                     intervals_.begin() + static_cast<std::ptrdiff_t>(count_) + 1);
  intervals_[position] = interval;
  ++count_;
}

}  // namespace kirchhoff::interconnect
