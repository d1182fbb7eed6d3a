#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "interconnect/credited_link.h"
#include "interconnect/link.h"
#include "interconnect/turn.h"

namespace kirchhoff::interconnect {

/// A router's buffers and arbiter in approximately timed style, without sockets.
///
/// Modelled: a buffer per input port and virtual channel, first in first out; virtual cut-through; one
/// packet at a time per output link, round-robin among the buffers that want it; a multicast packet leaves by
/// each of its ports when that one is free and holds its buffer until the last. Accesses have a channel of
/// their own with room for one, which they hold until they are answered. Sums that the router has put
/// together (ReductionUnit) have a buffer for each entry of its table. Not modelled: allocation of crossbar
/// and channels in separate steps, priorities.
template <typename Packet>
class SwitchCore {
 public:
  static constexpr auto never = CreditedLink::never;

  /// A packet in a buffer.
  struct Stored {
    Packet packet{};
    std::uint8_t wanted = 0;  ///< ports it still has to leave by
    std::uint32_t flits = 0;  ///< room it takes
    foundation::Duration length{0};
    foundation::Duration ready{0};     ///< its head is through the router's pipeline
    foundation::Duration complete{0};  ///< its tail is in the buffer
    bool kept = false;                 ///< an access: holds the buffer until it is answered
  };
  /// A packet that starts on an output link.
  struct Departure {
    Port in;
    Port out;
    std::size_t channel;  ///< of the buffer at the other end
  };

  /// `to_routers`: mask of the ports with a router and its buffers behind them.
  SwitchCore(const LinkTiming& timing, std::uint8_t to_routers)
      : to_routers_(to_routers),
        channels_(timing.virtual_channels + 1),
        buffers_(all_ports.size() * channels_ + timing.reduction_entries) {
    for (const Port port : all_ports) {
      if ((to_routers & mask_of(port)) != 0) {
        links_[index_of(port)] = CreditedLink{buffer_rooms(timing)};
      }
    }
  }

  /// Flits of each channel's buffer; the last is that of accesses.
  static std::vector<std::uint32_t> buffer_rooms(const LinkTiming& timing) {
    std::vector<std::uint32_t> rooms(timing.virtual_channels, timing.buffer_flits);
    rooms.push_back(1);
    return rooms;
  }

  void arrive(Port in, std::size_t channel, const Stored& stored) { store(place_of(in, channel), stored); }
  /// A sum of this entry of the reduction table; leaves as if it came from the tile.
  void arrive_sum(std::size_t entry, const Stored& stored) { store(first_sum() + entry, stored); }
  [[nodiscard]] CreditedLink& link(Port out) { return links_[index_of(out)]; }
  [[nodiscard]] const CreditedLink& link(Port out) const { return links_[index_of(out)]; }

  /// The channel at the other end of a link.
  [[nodiscard]] std::size_t next_channel(Port in, Port out, std::size_t channel) const {
    const bool access = channel + 1 == channels_;
    const bool between = (to_routers_ & mask_of(in)) != 0 && (to_routers_ & mask_of(out)) != 0;
    return !access && between && raises_channel(in, out) ? channel + 1 : channel;
  }

  /// Starts all that can start at `now`, by start(Stored&, Departure), and frees what no further packet has
  /// to wait for, by free(Packet, Port in): once the last branch leaves and the tail is in, a
  /// flit leaves for every one that may come.
  template <typename Start, typename Free>
  void advance(foundation::Duration now, const Start& start, const Free& free) {
    bool started = occupied_ != 0;
    while (started) {  // who leaves may uncover another
      started = false;
      for (const Port out : all_ports) {
        started = start_one(now, out, start) || started;
      }
    }
    for (std::size_t i = 0; i < leaving_.size();) {
      if (leaving_[i].free_at <= now) {
        const Leaving left = leaving_[i];
        leaving_.erase(leaving_.begin() + static_cast<std::ptrdiff_t>(i));
        free(left.packet, left.in);
      } else {
        ++i;
      }
    }
  }

  /// The next instant after `now` at which time alone lets something happen; `never` if none is known.
  [[nodiscard]] foundation::Duration next(foundation::Duration now) const {
    foundation::Duration first = never;
    for (const Leaving& leaving : leaving_) {
      first = std::min(first, leaving.free_at);
    }
    for (std::uint64_t rest = occupied_; rest != 0; rest &= rest - 1) {
      const auto place = static_cast<std::size_t>(std::countr_zero(rest));
      for (const Port out : all_ports) {
        if ((buffers_[place].front().wanted & mask_of(out)) != 0) {
          first = std::min(first, when(place, out, now));
        }
      }
    }
    return first;
  }

  /// Packets in the buffers of an input.
  [[nodiscard]] std::size_t waiting(Port in) const {
    std::size_t sum = 0;
    for (std::size_t channel = 0; channel < channels_; ++channel) {
      sum += buffers_[place_of(in, channel)].size();
    }
    return sum;
  }
  /// Does any packet wait for a link?
  [[nodiscard]] bool has_waiting() const { return occupied_ != 0; }
  [[nodiscard]] bool is_empty() const { return occupied_ == 0 && leaving_.empty(); }

 private:
  struct Leaving {
    Packet packet;
    Port in;
    foundation::Duration free_at;
  };

  void store(std::size_t place, const Stored& stored) {
    buffers_[place].push_back(stored);
    occupied_ |= std::uint64_t{1} << place;
  }

  // Buffers are numbered port by port; behind them those of sums.
  [[nodiscard]] std::size_t first_sum() const { return all_ports.size() * channels_; }
  [[nodiscard]] Port input_of(std::size_t place) const {
    return place < first_sum() ? all_ports[place / channels_] : Port::local;
  }
  [[nodiscard]] std::size_t channel_of(std::size_t place) const {
    return place < first_sum() ? place % channels_ : 0;
  }
  [[nodiscard]] std::size_t place_of(Port in, std::size_t channel) const {
    return index_of(in) * channels_ + channel;
  }

  [[nodiscard]] foundation::Duration when(std::size_t place, Port out, foundation::Duration now) const {
    const Stored& head = buffers_[place].front();
    return links_[index_of(out)].can_start(next_channel(input_of(place), out, channel_of(place)), head.flits,
                                           std::max(head.ready, now));
  }

  template <typename Start>
  bool start_one(foundation::Duration now, Port out, const Start& start) {
    std::size_t& turn = turn_[index_of(out)];
    const std::uint64_t before = (std::uint64_t{1} << turn) - 1;
    for (const std::uint64_t part : {occupied_ & ~before, occupied_ & before}) {
      for (std::uint64_t rest = part; rest != 0; rest &= rest - 1) {
        const auto place = static_cast<std::size_t>(std::countr_zero(rest));
        if ((buffers_[place].front().wanted & mask_of(out)) != 0 && when(place, out, now) <= now) {
          turn = (place + 1) % buffers_.size();
          begin(place, out, now, start);
          return true;
        }
      }
    }
    return false;
  }

  template <typename Start>
  void begin(std::size_t place, Port out, foundation::Duration now, const Start& start) {
    const Port in = input_of(place);
    const std::size_t channel = channel_of(place);
    Stored& head = buffers_[place].front();
    head.wanted = static_cast<std::uint8_t>(head.wanted & ~mask_of(out));
    const std::size_t next = next_channel(in, out, channel);
    links_[index_of(out)].start(next, head.flits, now, now + head.length);
    const Stored moving = head;
    const bool last = head.wanted == 0;
    if (last) {
      if (!head.kept) {
        leaving_.push_back({head.packet, in, std::max(now, head.complete)});
      }
      buffers_[place].pop_front();
      if (buffers_[place].empty()) {
        occupied_ &= ~(std::uint64_t{1} << place);
      }
    }
    start(moving, Departure{in, out, next});
  }

  std::uint8_t to_routers_;
  std::size_t channels_;  ///< of packets, and that of accesses
  std::vector<std::deque<Stored>> buffers_;
  std::uint64_t occupied_ = 0;  ///< bit of each buffer that is not empty
  std::array<CreditedLink, 5> links_;
  std::array<std::size_t, 5> turn_{};  ///< of the round-robin, per output
  std::vector<Leaving> leaving_;
};

}  // namespace kirchhoff::interconnect
