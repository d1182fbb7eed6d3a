#include "tiles/read_noise.h"

#include "periphery/adc_bank.h"
#include "tiles/pulse_noise.h"

namespace kirchhoff::tiles {
ReadNoise::ReadNoise(const foundation::RandomStream& stream, std::size_t lines, double integrator_noise)
    : stream_(stream), lines_(lines), integrator_noise_(static_cast<float>(integrator_noise)) {}

void ReadNoise::add(std::span<const float> variances, float scale, std::span<float> sums) {
  if (variances.empty() && integrator_noise_ == 0) {
    return;
  }
  periphery::add_input_noise(variances, integrator_noise_ / scale, 1.0F, next(), sums);
}

std::span<const float> ReadNoise::next() {
  const std::size_t place = reads_ % reads_per_block;
  if (place == 0) {
    words_.resize(reads_per_block * lines_);
    normals_.resize(reads_per_block * lines_);
    stream_.words(reads_ / reads_per_block, words_);
    normals_from_words(words_, normals_);
  }
  ++reads_;
  return {normals_.data() + place * lines_, lines_};
}

}  // namespace kirchhoff::tiles
