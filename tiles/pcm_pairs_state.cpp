#include <span>

#include "tiles/pcm_pairs.h"

namespace kirchhoff::tiles {
namespace {

std::vector<std::uint32_t> places(const std::vector<bool>& flags) {
  std::vector<std::uint32_t> result;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (flags[i]) {
      result.push_back(static_cast<std::uint32_t>(i));
    }
  }
  return result;
}

}  // namespace

template <typename Self, typename Archive>
void PcmPairs::state_of(Self& self, Archive& archive) {
  archive(self.clock_, self.last_programmed_, self.next_refresh_);
  for (auto& side : self.sides_) {
    archive(std::span{side.g_us}, std::span{side.g_programmed_us}, std::span{side.programmed_s},
            std::span{side.nu}, std::span{side.amplitude}, std::span{side.sets}, side.wrapped,
            std::span{side.resets}, side.pulsed);
  }
}

void PcmPairs::save(foundation::StateWriter& writer) const {
  for (const Side& side : sides_) {
    writer(places(side.stuck));
  }
  state_of(*this, writer);
}

void PcmPairs::restore(foundation::StateReader& reader) {
  for (const Side& side : sides_) {
    std::vector<std::uint32_t> stuck;
    reader(stuck);
    if (stuck != places(side.stuck)) {
      reader.fail("is of other devices: faults differ");
    }
  }
  state_of(*this, reader);
}

}  // namespace kirchhoff::tiles
