#include "periphery/shared_trains.h"

#include <algorithm>
#include <bit>

namespace kirchhoff::periphery {

using Side = EvenPulseGenerator::Side;

void arrange_by_slot(const PulseTrains& trains, std::span<const std::int16_t> codes, std::size_t slots,
                     ColumnTrains& out) {
  out.words = (codes.size() + 63) / 64;
  out.fired.assign(slots * out.words, 0);
  for (const LinePulse pulse : trains.list) {
    out.fired[pulse.slot * out.words + pulse.line / 64] |= std::uint64_t{1} << (pulse.line % 64);
  }
  out.negative.assign(out.words, 0);
  for (std::size_t line = 0; line < codes.size(); ++line) {
    out.negative[line / 64] |= static_cast<std::uint64_t>(codes[line] < 0) << (line % 64);
  }
  out.pulses = trains.pulses;
  out.clipped = trains.clipped;
}

SharedTrains::SharedTrains(std::uint64_t seed, std::int64_t slots, std::int32_t full_code, UpdateStyle style)
    : seed_(seed),
      style_(style),
      stochastic_(slots, full_code),
      even_(slots, full_code),
      rows_(places),
      columns_(places) {}

bool SharedTrains::draw(Drawn& drawn, Side side, std::uint32_t generator, std::uint64_t update, double gain,
                        std::span<const std::int16_t> codes) {
  if (drawn.valid && drawn.generator == generator && drawn.update == update && drawn.gain == gain &&
      std::equal(codes.begin(), codes.end(), drawn.codes.begin(), drawn.codes.end())) {
    return false;
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
  return true;
}

const PulseTrains& SharedTrains::rows(std::uint32_t generator, std::uint64_t update, double gain,
                                      std::span<const std::int16_t> codes) {
  Drawn& drawn = rows_[generator % places];
  draw(drawn, Side::rows, generator, update, gain, codes);
  return drawn.trains;
}

const ColumnTrains& SharedTrains::columns(std::uint32_t generator, std::uint64_t update, double gain,
                                          std::span<const std::int16_t> codes) {
  Drawn& drawn = columns_[generator % places];
  if (draw(drawn, Side::columns, generator, update, gain, codes)) {
    arrange_by_slot(drawn.trains, codes, even_.slots(), drawn.by_slot);
  }
  return drawn.by_slot;
}

}  // namespace kirchhoff::periphery
