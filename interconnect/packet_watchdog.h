#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace kirchhoff::interconnect {

/// Ends what a wrong program of routes and receive tables can start: packets that cause packets without end.
///
/// What follows from the packets that a master sends is a cascade. It may be so deep and have so many
/// packets; what is beyond is not delivered, and its sender says so. No network needs as much: each layer
/// nests about five deep.
class PacketWatchdog {
 public:
  static constexpr std::uint32_t most_nested = 400;
  static constexpr std::size_t most_packets = std::size_t{1} << 20;  ///< whatever is needed

  /// `needed`: packets that examples can cause, all those together that may be under way.
  explicit PacketWatchdog(std::size_t needed = most_packets) : limit_(std::min(needed, most_packets)) {}

  /// Before a packet that no other one caused.
  void begin() { packets_ = 0; }

  /// Loosely timed, a packet that a tile sends because of another one is posted within that one's delivery,
  /// so that a cascade is one of nested posts. Before each; false: do not. leave() after it if true.
  [[nodiscard]] bool enter() {
    if (nested_ >= most_nested || packets_ >= limit_) {
      return false;
    }
    ++nested_;
    ++packets_;
    return true;
  }
  void leave() { --nested_; }

  /// Approximately timed, nothing nests, and the next example may begin before all of the last one's packets
  /// have arrived: so many are under way. Before a packet that others caused; false: do not.
  [[nodiscard]] bool may_follow(std::size_t under_way) {
    ++packets_;
    return packets_ <= limit_ && under_way <= limit_;
  }

 private:
  std::size_t limit_;
  std::uint32_t nested_ = 0;
  std::size_t packets_ = 0;
};

}  // namespace kirchhoff::interconnect
