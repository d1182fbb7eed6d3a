#pragma once

#include <cstdint>

namespace kirchhoff::interconnect {

/// Ends what a wrong program of routes and receive tables can start: packets that cause packets without end.
///
/// In loosely timed style a packet that a tile sends because of another one is posted within that one's
/// delivery, so that everything an example causes is one cascade of nested posts. A cascade may be so deep
/// and have so many packets; what is beyond is not delivered, and its sender says so. Both limits lie far
/// above what a network needs: each layer nests about five deep, and a tile sends at most seven packets for
/// an example.
class PacketWatchdog {
 public:
  static constexpr std::uint32_t most_nested = 400;
  static constexpr std::uint64_t most_packets = 1U << 18;

  /// Before a post; false: do not. leave() after it if true.
  [[nodiscard]] bool enter() {
    if (nested_ == 0) {
      packets_ = 0;
    }
    if (nested_ >= most_nested || packets_ >= most_packets) {
      return false;
    }
    ++nested_;
    ++packets_;
    return true;
  }
  void leave() { --nested_; }

 private:
  std::uint32_t nested_ = 0;
  std::uint64_t packets_ = 0;
};

}  // namespace kirchhoff::interconnect
