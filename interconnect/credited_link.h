#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "foundation/duration.h"

namespace kirchhoff::interconnect {

/// The sending side of a link in approximately timed style: one packet at a time, and only what the buffer
/// behind the link has room for, channel by channel (virtual cut-through with credits).
///
/// A packet longer than a buffer takes an empty one whole: that it would really stay spread over several
/// routers is not modelled.
class CreditedLink {
 public:
  static constexpr auto never = foundation::Duration::max();

  /// `rooms`: flits of the buffer of each channel; empty: whatever comes is taken, as endpoints do.
  explicit CreditedLink(std::vector<std::uint32_t> rooms = {}) : capacity_(std::move(rooms)) {
    for (const std::uint32_t flits : capacity_) {
      channels_.push_back({flits, {}});
    }
  }

  /// The first instant from `wanted` on at which a packet of `flits` can start, as far as is known; `never`
  /// until more room is given back.
  [[nodiscard]] foundation::Duration can_start(std::size_t channel, std::uint32_t flits,
                                               foundation::Duration wanted) const {
    if (!up_ || busy_until_ == never) {
      return never;
    }
    const foundation::Duration earliest = std::max(wanted, busy_until_);
    if (capacity_.empty()) {
      return earliest;
    }
    const std::uint32_t needed = taken_by(channel, flits);
    std::uint32_t room = channels_[channel].room;
    for (const Return& later : channels_[channel].returns) {
      if (room >= needed) {
        break;
      }
      room += later.flits;
      if (room >= needed) {
        return std::max(earliest, later.from);
      }
    }
    return room >= needed ? earliest : never;
  }

  /// Starts a packet that can start; the link is taken until `end` (`never`: until release()).
  void start(std::size_t channel, std::uint32_t flits, foundation::Duration begin, foundation::Duration end) {
    busy_until_ = end;
    if (capacity_.empty()) {
      return;
    }
    auto& known = channels_[channel];
    while (!known.returns.empty() && known.returns.front().from <= begin) {
      known.room += known.returns.front().flits;
      known.returns.pop_front();
    }
    known.room -= taken_by(channel, flits);
  }
  /// The link is free from `at` on.
  void release(foundation::Duration at) { busy_until_ = at; }

  /// A packet of `flits` has left the buffer; the room can be used from `from` on.
  void give_back(std::size_t channel, std::uint32_t flits, foundation::Duration from) {
    if (!capacity_.empty()) {
      channels_[channel].returns.push_back({from, taken_by(channel, flits)});
    }
  }

  /// A link that is down starts nothing; what has begun still arrives.
  void set_up(bool up) { up_ = up; }
  [[nodiscard]] bool is_up() const { return up_; }

  /// All room is back or on its way back.
  [[nodiscard]] bool is_at_rest() const {
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      std::uint32_t room = channels_[i].room;
      for (const Return& later : channels_[i].returns) {
        room += later.flits;
      }
      if (room != capacity_[i]) {
        return false;
      }
    }
    return true;
  }

 private:
  struct Return {
    foundation::Duration from;
    std::uint32_t flits;
  };
  struct Channel {
    std::uint32_t room;
    std::deque<Return> returns;  ///< in the order of time
  };
  [[nodiscard]] std::uint32_t taken_by(std::size_t channel, std::uint32_t flits) const {
    return std::min(flits, capacity_[channel]);
  }

  std::vector<std::uint32_t> capacity_;
  std::vector<Channel> channels_;
  foundation::Duration busy_until_ = foundation::Duration::min();
  bool up_ = true;
};

}  // namespace kirchhoff::interconnect
