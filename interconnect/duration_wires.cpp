#include "interconnect/duration_wires.h"

namespace kirchhoff::interconnect {

std::uint64_t DurationWires::pulses(const PacketHeader& header, std::span<const std::byte> bytes) {
  const std::size_t width = bytes_of(header.format);
  std::uint64_t sent = 0;
  for (std::size_t i = 0; i < header.count && (i + 1) * width <= bytes.size(); ++i) {
    const auto value = bytes.subspan(i * width, width);
    sent +=
        std::any_of(value.begin(), value.end(), [](std::byte byte) { return byte != std::byte{0}; }) ? 1 : 0;
  }
  return sent;
}

}  // namespace kirchhoff::interconnect
