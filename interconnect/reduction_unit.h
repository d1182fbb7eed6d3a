#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "foundation/state_fields.h"
#include "interconnect/link.h"
#include "interconnect/topology.h"

namespace kirchhoff::interconnect {

/// Adds packets of partial sums up on their way: a router's reduction table and the buffers of its entries,
/// without sockets.
///
/// Packets of an entry's route end here. When one has come by each of the entry's inputs they are added
/// element by element, and one packet goes on along another route, which the route table leads anywhere: to
/// the next reduction, to a tile, to several.
///
/// Arithmetic: codes are integers, added in 32 bits, so that the sum is exact and the same in any order.
/// Floats (detail ideal) are added in the order of the ports, hence always the same, but rounded otherwise
/// than in the order of slots in which a collector adds. On the wire an element has as many bits as its sum
/// may need: those of one tile's code and the logarithm of the number of codes in it (wide_bits()).
///
/// Time: adders stand in the stream. Elements get no narrower, so that no flit of the sum is wanted before
/// the last input has brought what is in it: the sum sets out when the last head is in, an adder stage later.
///
/// No deadlock (with turn.h): a buffer of its own waits for every input of every entry. A packet that is to
/// be added waits for room behind a link in the order of turn.h, as any other, but once there it is taken in
/// at once, as at an endpoint: nothing behind it waits for the other inputs. The sum starts in the first
/// channel, like what an endpoint sends, and while it waits for its link it holds nothing but its own buffer.
/// That is enough because packets of one input come in the order in which they were sent (one path, first in
/// first out), so that the n-th of all inputs belong together, and a layer works on no more examples than are
/// under way, and one that catches up. Buffers are therefore bounded: LinkTiming::reduction_rounds per entry;
/// what would need more is refused. Not modelled: conflicts of adders for the ports of a buffer.
class ReductionUnit {
 public:
  static constexpr std::size_t most_entries = 16;

  /// What has been added up. Valid until the next packet comes.
  struct Sum {
    PacketHeader header;
    std::vector<std::byte> bytes;
    foundation::Duration ready{0};     ///< its head can enter the router's pipeline
    foundation::Duration complete{0};  ///< its tail can
    std::uint64_t additions = 0;       ///< values added to another
  };
  /// What becomes of a packet. It waits for others, unless it completes a sum or is refused.
  struct Taken {
    const char* refused = nullptr;  ///< why; static text
    const Sum* sum = nullptr;
  };

  ReductionUnit(NodeId node, const LinkTiming& timing);

  [[nodiscard]] std::size_t entries() const { return entries_.size(); }
  /// The entry that packets of a route end in.
  [[nodiscard]] std::optional<std::size_t> find(RouteId route) const {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].route == route && route != no_route) {
        return i;
      }
    }
    return std::nullopt;
  }
  /// A packet of the entry's route that came in by `in`, its head at `head` and its tail at `tail`.
  Taken add(std::size_t entry, Port in, const PacketHeader& header, std::span<const std::byte> bytes,
            foundation::Duration head, foundation::Duration tail);
  /// A sum has left; its buffer is free.
  void left(std::size_t entry);

  /// Nothing waits for anything.
  [[nodiscard]] bool is_empty() const;

  /// Words of the table, router_registers.h; null or false where there is none. Writing the word that makes
  /// an entry valid forgets what is in its buffers.
  [[nodiscard]] std::optional<std::uint32_t> read(std::size_t word) const;
  bool write(std::size_t word, std::uint32_t value);
  void reset();

 private:
  /// A packet that waits for those of the other inputs.
  struct Held {
    PacketHeader header;
    std::vector<std::byte> bytes;
    foundation::Duration head{0};
    foundation::Duration tail{0};

    template <typename Self, typename Archive>
    static void state_of(Self& self, Archive& archive) {
      auto& header = self.header;
      std::uint8_t buffer = header.buffer;  // bits by themselves
      archive(header.kind, header.format, buffer, header.summands, header.count, header.element_bits,
              header.phase, header.exponent, header.update, header.sent_at, header.path_network,
              header.path_compute, self.bytes, self.head, self.tail);
      if constexpr (!std::is_const_v<Self>) {
        header.buffer = buffer & 7U;
      }
    }
  };
  struct Entry {
    std::array<std::uint32_t, 2> words{};
    RouteId route = no_route;               ///< no_route: adds nothing
    std::uint8_t inputs = 0;                ///< mask of ports
    std::array<std::vector<Held>, 5> held;  ///< by port, the oldest first
    std::uint32_t unsent = 0;               ///< sums that have not left

    template <typename Self, typename Archive>
    static void state_of(Self& self, Archive& archive) {
      archive(self.words, self.route, self.inputs, self.held);
    }
  };
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(std::span{self.entries_});
  }

  [[nodiscard]] const char* fault_of(const Entry& entry, Port in, const PacketHeader& header,
                                     std::span<const std::byte> bytes) const;
  static void take_over(Entry& entry);
  void add_up(Entry& entry);

  NodeId node_;
  foundation::Duration cycle_;
  foundation::Duration adder_;
  std::size_t rounds_;
  std::vector<Entry> entries_;
  Sum sum_;
};

}  // namespace kirchhoff::interconnect
