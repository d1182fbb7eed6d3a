#include "tiles/duration_jitter.h"

#include <algorithm>
#include <cmath>

namespace kirchhoff::tiles {

void DurationJitter::add(std::span<float> codes) {
  words_.resize(codes.size());
  stream_.words(vectors_++, words_);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const auto sent = static_cast<double>(codes[i]);
    if (sent == 0) {
      continue;
    }
    const double seen = std::fabs(sent) + steps_ * foundation::normal_from(words_[i]);
    codes[i] = static_cast<float>(std::copysign(std::clamp(std::nearbyint(seen), 0.0, full_code_), sent));
  }
}

}  // namespace kirchhoff::tiles
