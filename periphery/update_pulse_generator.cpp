#include "periphery/update_pulse_generator.h"

#include "periphery/pulse_bits.h"

namespace kirchhoff::periphery {

UpdatePulseGenerator::UpdatePulseGenerator(std::int64_t slots, std::int32_t full_code)
    : slots_(static_cast<std::size_t>(slots)), full_code_(full_code) {}

void UpdatePulseGenerator::generate(const foundation::RandomStream& stream, std::uint64_t operation,
                                    double gain, std::span<const std::int16_t> codes, PulseTrains& trains) {
  active_.gather(codes);
  const std::size_t halves = (slots_ + 31) / 32;
  drawn_.resize(active_.groups() * halves * train_lanes);
  auto random = stream.lanes(operation);
  draw_trains(random, active_.magnitudes(), static_cast<float>(gain), static_cast<float>(full_code_),
              active_.groups(), halves, drawn_.data());
  active_.write(drawn_, slots_, trains);
  trains.clipped = clipped_pulses(slots_, full_code_, gain, codes);
}

}  // namespace kirchhoff::periphery
