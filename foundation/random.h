#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "foundation/random_lanes.h"

namespace kirchhoff::foundation {

/// Who draws: keeps the streams of different uses apart.
enum class Purpose : std::uint8_t {
  manufacture,      ///< per-cell spread, drawn once
  initial_weights,  ///< host side
  data_set,
  shuffle,
  update_rows,     ///< bit trains of the row lines
  update_columns,  ///< bit trains of the column lines
  pulse_noise,     ///< cycle-to-cycle noise of capacitor pulses
  pcm_noise,       ///< programming pulses
  column_adcs,     ///< errors of the forward read's converters, drawn once
  row_adcs,        ///< errors of the transposed read's converters, drawn once
  forward_noise,   ///< noise at the input of the columns' converters
  transposed_noise,
  pcm_state,        ///< drift exponent and slow noise of a device, drawn at each programming
  faults,           ///< stuck and dead devices, drawn once
  update_rounding,  ///< pulses of single cells
  placement,        ///< of a network's parts on the mesh
  duration_jitter,  ///< of pulses that arrive on duration wires
};

/// Four independent uniform 32-bit words.
using RandomBlock = std::array<std::uint32_t, 4>;

/// Counter-based random numbers (Threefry4x32-20, Salmon et al., SC 2011; Random123): additions, rotations
/// and exclusive ors only, which compilers vectorise for any instruction set.
///
/// A number is a function of (seed, purpose, owner, operation, index) and of nothing else, so it does
/// not depend on scheduling, on the number of processes, or on what else was drawn. Where an operation needs
/// many, blocks only key a faster generator: words().
class RandomStream {
 public:
  /// `owner` tells tiles (or other holders of state) apart; below 2^24.
  RandomStream(std::uint64_t seed, Purpose purpose, std::uint32_t owner = 0)
      : seed_(seed), lane_((static_cast<std::uint32_t>(purpose) << 24) | (owner & 0xffffffU)) {}

  /// The block number `index` of `operation`.
  [[nodiscard]] RandomBlock block(std::uint64_t operation, std::uint32_t index) const;

  /// Many words of an operation: sixteen xoshiro128++ generators, seeded by the operation's first sixteen
  /// blocks, take turns. A shorter request is the beginning of a longer one.
  void words(std::uint64_t operation, std::span<std::uint32_t> out) const;
  /// The same for a kernel that draws as it goes.
  [[nodiscard]] RandomLanes lanes(std::uint64_t operation) const;

 private:
  std::uint64_t seed_;
  std::uint32_t lane_;
};

/// Uniform in [0, 1), 24 bits.
constexpr float uniform_float(std::uint32_t word) {
  return static_cast<float>(static_cast<std::int32_t>(word >> 8)) * 0x1p-24F;
}

/// Uniform in (0, 1), 32 bits, never 0 or 1.
constexpr double uniform_open(std::uint32_t word) {
  return (static_cast<double>(word) + 0.5) * 0x1p-32;
}

/// Standard normal from one word (inverse distribution function, 32 bits of resolution: |x| < 6.4).
double normal_from(std::uint32_t word);

/// A sequence drawn one word after the other, for set-up code where order is fixed anyway.
class RandomSequence {
 public:
  RandomSequence(const RandomStream& stream, std::uint64_t operation)
      : stream_(stream), operation_(operation) {}

  std::uint32_t word();
  double uniform() { return uniform_open(word()); }
  double normal() { return normal_from(word()); }
  /// Uniform integer in [0, bound), without bias.
  std::uint32_t below(std::uint32_t bound);

 private:
  RandomStream stream_;
  std::uint64_t operation_;
  RandomBlock block_{};
  std::uint32_t next_ = 0;  ///< words handed out so far
};

}  // namespace kirchhoff::foundation
