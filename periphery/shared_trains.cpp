#include "periphery/shared_trains.h"

#include <algorithm>

namespace kirchhoff::periphery {

using Side = EvenPulseGenerator::Side;

SharedTrains::SharedTrains(std::uint64_t seed, std::int64_t slots, std::int32_t full_code, UpdateStyle style)
    : seed_(seed),
      style_(style),
      stochastic_(slots, full_code),
      even_(slots, full_code),
      rows_(places),
      columns_(places) {}

const PulseTrains& SharedTrains::draw(Drawn& drawn, Side side, std::uint32_t generator, std::uint64_t update,
                                      double gain, std::span<const std::int16_t> codes) {
  if (drawn.valid && drawn.generator == generator && drawn.update == update && drawn.gain == gain &&
      std::equal(codes.begin(), codes.end(), drawn.codes.begin(), drawn.codes.end())) {
    return drawn.trains;
  }
  drawn.valid = true;
  drawn.generator = generator;
  drawn.update = update;
  drawn.gain = gain;
  drawn.codes.assign(codes.begin(), codes.end());
  if (style_ == UpdateStyle::coincidence) {
    even_.generate(side, generator, update, gain, codes, drawn.trains);
  } else {
    const auto purpose =
        side == Side::rows ? foundation::Purpose::update_rows : foundation::Purpose::update_columns;
    stochastic_.generate({seed_, purpose, generator}, update, gain, codes, drawn.trains);
  }
  return drawn.trains;
}

const PulseTrains& SharedTrains::rows(std::uint32_t generator, std::uint64_t update, double gain,
                                      std::span<const std::int16_t> codes) {
  return draw(rows_[generator % places], Side::rows, generator, update, gain, codes);
}

const PulseTrains& SharedTrains::columns(std::uint32_t generator, std::uint64_t update, double gain,
                                         std::span<const std::int16_t> codes) {
  return draw(columns_[generator % places], Side::columns, generator, update, gain, codes);
}

}  // namespace kirchhoff::periphery
