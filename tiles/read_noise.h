#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "foundation/aligned.h"
#include "foundation/random.h"
#include "foundation/state_fields.h"

namespace kirchhoff::tiles {

/// Noise at the input of the converters on one side of an array: that of the cells and of the integrators,
/// normal, independent from line to line and from read to read.
///
/// Line j of read n (counted over the life of the tile) always takes the same random number, whatever part of
/// the array is in use. Without noise none is drawn.
class ReadNoise {
 public:
  /// `integrator_noise`: sd of z = scale x sum.
  ReadNoise(const foundation::RandomStream& stream, std::size_t lines, double integrator_noise);

  /// Adds the noise of the next read. `variances` in the unit of a sum squared; empty: the cells have none.
  void add(std::span<const float> variances, float scale, std::span<float> sums);

  /// Reads that are drawn together: seeding the generators for one alone costs as much as its numbers.
  static constexpr std::size_t reads_per_block = 4;

  /// Reads that took random numbers.
  [[nodiscard]] std::uint64_t reads() const { return reads_; }

 private:
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.reads_, self.normals_);
  }
  std::span<const float> next();

  foundation::RandomStream stream_;
  std::size_t lines_;
  float integrator_noise_;
  std::uint64_t reads_ = 0;
  foundation::AlignedVector<std::uint32_t> words_;
  foundation::AlignedVector<float> normals_;  ///< of a block of reads
};

}  // namespace kirchhoff::tiles
