#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "foundation/random.h"
#include "foundation/state_fields.h"

namespace kirchhoff::tiles {

/// What is wrong with a vector that arrives on duration wires: each pulse is longer or shorter by a normal
/// number and counted in whole steps of a pulse width. What is no pulse stays none.
///
/// The same at every distance. Not modelled: skew that a wire always has, and jitter common to all wires.
class DurationJitter {
 public:
  /// `steps`: standard deviation; `full_code`: of the longest pulse.
  DurationJitter(const foundation::RandomStream& stream, double steps, std::int32_t full_code)
      : stream_(stream), steps_(steps), full_code_(static_cast<double>(full_code)) {}

  [[nodiscard]] bool is_none() const { return steps_ == 0; }

  /// The codes of the next vector, with their signs, as they are counted.
  void add(std::span<float> codes);

 private:
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.vectors_);
  }

  foundation::RandomStream stream_;
  double steps_;
  double full_code_;
  std::uint64_t vectors_ = 0;  ///< so far; keys the random numbers
  std::vector<std::uint32_t> words_;
};

}  // namespace kirchhoff::tiles
