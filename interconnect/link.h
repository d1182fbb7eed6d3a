#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "foundation/aligned.h"
#include "foundation/duration.h"
#include "foundation/state_fields.h"
#include "interconnect/duration_wires.h"
#include "interconnect/packet.h"

namespace kirchhoff::interconnect {

/// Time and width of the mesh, in one place for every coding style.
struct LinkTiming {
  foundation::Duration cycle{1000};
  std::uint32_t width_bits = 128;
  std::uint32_t router_cycles = 2;
  /// Of a link between routers, beside one for accesses; see turn.h for how many turns they allow a route.
  std::uint32_t virtual_channels = 2;
  std::uint32_t buffer_flits = 16;      ///< per input port and channel; fills up approximately timed only
  std::uint32_t adder_cycles = 1;       ///< of a ReductionUnit
  std::uint32_t reduction_entries = 0;  ///< of a router; 0: routers do not add
  std::uint32_t reduction_rounds = 2;   ///< sums of an entry that may be under way at a time
  std::optional<DurationWires> wires = std::nullopt;  ///< for what they carry; packets otherwise

  [[nodiscard]] std::uint64_t flits(std::uint64_t bits) const { return (bits + width_bits - 1) / width_bits; }
  [[nodiscard]] foundation::Duration serialisation(std::uint64_t bits) const {
    return cycle * static_cast<std::int64_t>(flits(bits));
  }
  /// Does this packet travel as pulses, beside the links of the packet mesh?
  [[nodiscard]] bool on_wires(const PacketHeader& header) const {
    return wires && header.by_table && DurationWires::carries(header.kind);
  }
  /// How long it takes a link of the packet mesh.
  [[nodiscard]] foundation::Duration link_time(const PacketHeader& header) const {
    return on_wires(header) ? foundation::Duration{0} : serialisation(header.wire_bits());
  }
  /// From its start on a link to an endpoint until it is complete there.
  [[nodiscard]] foundation::Duration arrival_time(const PacketHeader& header) const {
    return on_wires(header) ? wires->length(header) : serialisation(header.wire_bits());
  }
  [[nodiscard]] foundation::Duration router_latency() const {
    return cycle * static_cast<std::int64_t>(router_cycles);
  }
};

/// The occupied intervals of a resource (link, tile) in a loosely timed call tree.
///
/// Requests may arrive out of time order, because one branch of the tree runs ahead of another; a later
/// call for an earlier time gets the gap it would have found, so that order of calls does not invent
/// contention. Only the last intervals are kept: a request before all of them starts no earlier than
/// the oldest one kept.
class alignas(foundation::cache_line_bytes) Reservations {
 public:
  /// Occupies `length` from the first free instant at or after `wanted`, which is returned. Nobody will ask
  /// for an instant before `settled` any more: what ended by then need not be kept.
  foundation::Duration reserve(foundation::Duration wanted, foundation::Duration length,
                               foundation::Duration settled = foundation::Duration::min()) {
    if (wanted < last_end_) {
      return reserve_gap(wanted, length);
    }
    const Interval taken{wanted, wanted + length};
    if (last_end_ <= settled) {
      // Starting afresh keeps the few intervals of an example in the first cache line.
      forgotten_until_ = last_end_;  // after all that was dropped before
      oldest_ = 0;
      count_ = 1;
      ring_[0] = taken;
    } else {
      append(taken);
    }
    last_end_ = taken.end;
    latest_wanted_ = wanted;
    return wanted;
  }

  /// The instant that reserve() would take.
  [[nodiscard]] foundation::Duration first_free(foundation::Duration wanted,
                                                foundation::Duration length) const {
    return wanted < last_end_ ? gap(wanted, length).second : wanted;
  }

  /// Requests that came after one for a later time.
  [[nodiscard]] std::uint64_t out_of_order() const { return out_of_order_; }

  /// Forgets all intervals; what was counted stays.
  void release() {
    const std::uint32_t counted = out_of_order_;
    *this = Reservations{};
    out_of_order_ = counted;
  }

  static constexpr std::size_t kept = 16;

 private:
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.last_end_, self.latest_wanted_, self.forgotten_until_, self.out_of_order_, self.oldest_,
            self.count_, self.ring_);
  }
  struct Interval {
    foundation::Duration begin{0};
    foundation::Duration end{0};

    template <typename Self, typename Archive>
    static void state_of(Self& self, Archive& archive) {
      archive(self.begin, self.end);
    }
  };
  foundation::Duration reserve_gap(foundation::Duration wanted, foundation::Duration length);
  /// Where an interval can be put in, and its begin.
  [[nodiscard]] std::pair<std::size_t, foundation::Duration> gap(foundation::Duration wanted,
                                                                 foundation::Duration length) const;
  void insert(std::size_t position, Interval interval);

  [[nodiscard]] Interval& at(std::size_t position) { return ring_[(oldest_ + position) % kept]; }
  [[nodiscard]] const Interval& at(std::size_t position) const { return ring_[(oldest_ + position) % kept]; }

  void append(Interval interval) {
    if (count_ == kept) {
      forgotten_until_ = std::max(forgotten_until_, ring_[oldest_].end);
      oldest_ = static_cast<std::uint8_t>((oldest_ + 1U) % kept);
      --count_;
    }
    at(count_) = interval;
    ++count_;
  }

  foundation::Duration last_end_ = foundation::Duration::min();
  foundation::Duration latest_wanted_ = foundation::Duration::min();
  foundation::Duration forgotten_until_{0};  ///< end of the latest interval dropped
  std::uint32_t out_of_order_ = 0;
  std::uint8_t oldest_ = 0;
  std::uint8_t count_ = 0;
  std::array<Interval, kept> ring_{};  ///< sorted and disjoint from the oldest on
};

}  // namespace kirchhoff::interconnect
