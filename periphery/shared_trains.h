#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "foundation/random.h"
#include "periphery/even_pulse_generator.h"
#include "periphery/update_pulse_generator.h"
#include "periphery/update_style.h"

namespace kirchhoff::periphery {

/// The update pulse generators of a chip's tiles, reseeded alike where tiles hold parts of the same lines.
///
/// A generator is named by the number its host gave it. Generators of the same number send the same trains in
/// an update, so that a row that goes on in the next tile is still one line; what they send depends on seed,
/// number, update, gain and codes alone (with deterministic trains not on the seed). Hence a train is drawn
/// once and kept for the tiles that ask next.
class SharedTrains {
 public:
  /// `style` trains or coincidence; with rounding nobody asks for trains.
  SharedTrains(std::uint64_t seed, std::int64_t slots, std::int32_t full_code,
               UpdateStyle style = UpdateStyle::trains);
  SharedTrains(const SharedTrains&) = delete;
  SharedTrains& operator=(const SharedTrains&) = delete;
  SharedTrains(SharedTrains&&) = delete;
  SharedTrains& operator=(SharedTrains&&) = delete;
  ~SharedTrains() = default;

  /// Trains of update number `update`; codes are magnitudes or signed. Valid until the next call of rows().
  const PulseTrains& rows(std::uint32_t generator, std::uint64_t update, double gain,
                          std::span<const std::int16_t> codes);
  /// Valid until the next call of columns().
  const PulseTrains& columns(std::uint32_t generator, std::uint64_t update, double gain,
                             std::span<const std::int16_t> codes);

 private:
  /// What was drawn last for a generator, and for what.
  struct Drawn {
    bool valid = false;
    std::uint32_t generator = 0;
    std::uint64_t update = 0;
    double gain = 0;
    std::vector<std::int16_t> codes;
    PulseTrains trains;
  };
  /// More than the row splits or column groups of a usual network; two generators that share a place only
  /// draw more often.
  static constexpr std::size_t places = 64;

  const PulseTrains& draw(Drawn& drawn, EvenPulseGenerator::Side side, std::uint32_t generator,
                          std::uint64_t update, double gain, std::span<const std::int16_t> codes);

  std::uint64_t seed_;
  UpdateStyle style_;
  UpdatePulseGenerator stochastic_;
  EvenPulseGenerator even_;
  std::vector<Drawn> rows_;
  std::vector<Drawn> columns_;
};

}  // namespace kirchhoff::periphery
