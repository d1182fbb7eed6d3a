#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "foundation/random.h"
#include "periphery/active_lines.h"
#include "periphery/pulse_trains.h"

namespace kirchhoff::periphery {

/// Stochastic bit trains of an array's lines: in each slot a line with code c fires with probability
/// p = min(1, gain c / full_code), independently, so that a row and a column coincide slots p_x p_d
/// times on average (Gokmen, Vlasov, Front. Neurosci. 2016).
///
/// A bit compares a random number with p, all slots of a line in parallel: one random word per binary digit
/// of p. Twelve digits are kept; what lies below is carried by chance, drawn once per line and update, so
/// that expectations are exact (the variance of a count exceeds a binomial's by less than slots^2 / 2^26).
class UpdatePulseGenerator {
 public:
  UpdatePulseGenerator(std::int64_t slots, std::int32_t full_code);

  /// Trains of all lines; codes are magnitudes or signed (the sign is the caller's), |code| <= full_code.
  void generate(const foundation::RandomStream& stream, std::uint64_t operation, double gain,
                std::span<const std::int16_t> codes, PulseTrains& trains);

  [[nodiscard]] std::size_t slots() const { return slots_; }

 private:
  std::size_t slots_;
  std::int32_t full_code_;
  ActiveLines active_;
  std::vector<std::uint32_t> drawn_;
};

}  // namespace kirchhoff::periphery
