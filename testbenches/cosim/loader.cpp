#include "testbenches/cosim/loader.h"

#include <algorithm>
#include <cstring>

#include "foundation/error.h"
#include "testbenches/cosim/platform/platform_map.h"

namespace kirchhoff::testbenches {

void load(std::span<std::byte> ram, const ElfProgram& program, std::span<const std::byte> image) {
  constexpr std::uint64_t image_base = platform_map::image_base;
  for (const LoadSegment& segment : program.segments) {
    const std::uint64_t begin = segment.address;
    const std::uint64_t end = begin + segment.memory_bytes;
    if (!image.empty() && end > image_base && begin < image_base + image.size()) {
      throw foundation::InputError("the firmware's segment at " + hex_address(begin) + " of " +
                                   std::to_string(segment.memory_bytes) +
                                   " bytes lies where the network image is loaded, at " +
                                   hex_address(image_base) + "; link it lower, or take --dataset none");
    }
    std::memcpy(&ram[begin - platform_map::ram_base], segment.bytes.data(), segment.bytes.size());
  }
  if (!image.empty()) {
    std::copy(image.begin(), image.end(), ram.begin() + (image_base - platform_map::ram_base));
  }
}

}  // namespace kirchhoff::testbenches
