#include "foundation/random.h"

#include <Random123/threefry.h>

#include "foundation/math.h"

namespace kirchhoff::foundation {

RandomBlock RandomStream::block(std::uint64_t operation, std::uint32_t index) const {
  const r123::Threefry4x32::ctr_type counter{
      {index, lane_, static_cast<std::uint32_t>(operation), static_cast<std::uint32_t>(operation >> 32)}};
  const r123::Threefry4x32::key_type key{
      {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32), 0, 0}};
  const auto out = r123::Threefry4x32{}(counter, key);
  return {out[0], out[1], out[2], out[3]};
}

double normal_from(std::uint32_t word) {
  return normal_quantile(uniform_open(word));
}

std::uint32_t RandomSequence::word() {
  const std::uint32_t position = next_++;
  if (position % 4 == 0) {
    block_ = stream_.block(operation_, position / 4);
  }
  return block_[position % 4];
}

std::uint32_t RandomSequence::below(std::uint32_t bound) {
  // Multiply-shift with rejection (Lemire, ACM TOMACS 2019).
  const std::uint32_t threshold = (0U - bound) % bound;
  while (true) {
    const std::uint64_t product = static_cast<std::uint64_t>(word()) * bound;
    if (static_cast<std::uint32_t>(product) >= threshold) {
      return static_cast<std::uint32_t>(product >> 32);
    }
  }
}

}  // namespace kirchhoff::foundation
