#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "foundation/duration.h"
#include "interconnect/packet.h"

namespace kirchhoff::interconnect {

/// The other transport of the mesh: vectors as pulses on parallel wires, one wire per value and sign, as in
/// the 14 nm analog-AI chips (Narayanan et al., IEEE TED 68, 6629 (2021); Ambrogio et al., Nature 620, 768
/// (2023)). What it takes in time, in one place for every coding style.
///
/// All values of a vector travel at once: its transport takes the longest pulse, an integration time,
/// whatever the values and their number, and a buffer's delay per hop. Activations and deltas travel so. A
/// switch passes a pulse on as it comes, hence a circuit is held from end to end (hold_circuit()), and what
/// the tile at its end sees has jitter (tiles::DurationJitter). Approximately timed, an endpoint and its
/// router tell each other of pulses over the socket that packets take, one at a time: pulses that come while
/// a packet does begin as soon as it is through.
///
/// Partial sums, exponents, outputs and accesses stay packets of the digital mesh: arrays still convert, and
/// a collector sums what they converted. The tile at the end counts the pulses into its line buffers and
/// drives its array from there. Not modelled: an array driven by the very pulses that arrive, which would
/// save an integration time and the counting; resistance of the wires; the time to set switches, which change
/// with the route tables only.
struct DurationWires {
  foundation::Duration pulse{128000};  ///< the longest
  foundation::Duration buffer{200};    ///< from tile to tile, and from the last router into its tile
  std::uint32_t per_link = 131;        ///< wires side by side

  [[nodiscard]] static constexpr bool carries(PacketKind kind) {
    return kind == PacketKind::activation || kind == PacketKind::delta;
  }

  /// How long a vector holds its circuit; one that is wider than a link goes in parts, one after the other.
  [[nodiscard]] foundation::Duration length(const PacketHeader& header) const {
    const std::uint64_t wires = std::uint64_t{header.count} * (header.kind == PacketKind::delta ? 2 : 1);
    const std::uint64_t parts = std::max<std::uint64_t>(1, (wires + per_link - 1) / per_link);
    return pulse * static_cast<std::int64_t>(parts);
  }

  /// From the sender to the tile `links` further, nobody in the way; the link into the tile counts.
  [[nodiscard]] foundation::Duration zero_load(const PacketHeader& header, std::size_t links) const {
    return buffer * static_cast<std::int64_t>(links) + length(header);
  }

  /// Pulses that are really sent: a value of 0 has none.
  [[nodiscard]] static std::uint64_t pulses(const PacketHeader& header, std::span<const std::byte> bytes);
};

}  // namespace kirchhoff::interconnect
