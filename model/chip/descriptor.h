#pragma once

#include <cstdint>
#include <span>

namespace kirchhoff::model {

enum class DescriptorOperation : std::uint32_t {
  nothing = 0,          ///< completes at once: a barrier
  program_weights = 1,  ///< host memory -> one tile; count rows of `columns` floats, `stride` bytes apart
  read_weights = 2,     ///< one tile -> host memory, the same layout, at output_address
  train = 3,            ///< count examples, in the order given or as they lie
  infer = 4,            ///< the same without learning
  transfer = 5,         ///< move the charge into the PCM now
};

/// A descriptor as it lies in the ring in host memory: 64 bytes, little-endian, no padding.
struct Descriptor {
  std::uint32_t operation = 0;
  std::uint32_t tag = 0;  ///< comes back in the completion record
  std::uint32_t count = 0;
  std::uint32_t node = 0;                ///< weights: the tile
  std::uint64_t input_address = 0;       ///< examples (bytes) or weights (float)
  std::uint64_t label_address = 0;       ///< 16-bit labels, one per example of the data set; infer: 0: none
  std::uint64_t order_address = 0;       ///< 32-bit indices into inputs and labels; 0: 0, 1, 2 ...
  std::uint64_t output_address = 0;      ///< 16-bit predicted classes; 0: none
  std::uint64_t completion_address = 0;  ///< where the completion record goes; 0: none
  std::uint32_t stride = 0;              ///< bytes from example to example, or from row to row
  std::uint32_t columns = 0;             ///< weights: of the tile

  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive.block(std::span{&self, 1});
  }
};
static_assert(sizeof(Descriptor) == 64);

/// What the chip writes back when a descriptor is done: 32 bytes.
struct Completion {
  std::uint32_t tag = 0;
  std::uint32_t error = 0;    ///< bits of ChipError, 0: well done
  std::uint32_t count = 0;    ///< examples or rows done
  std::uint32_t correct = 0;  ///< examples whose largest output was the label's, before learning from it
  double loss = 0;            ///< sum of the cross-entropies, nat
  std::uint64_t time_ps = 0;  ///< simulated time of completion

  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive.block(std::span{&self, 1});
  }
};
static_assert(sizeof(Completion) == 32);

}  // namespace kirchhoff::model
