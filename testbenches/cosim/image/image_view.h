#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/chip/descriptor.h"
#include "testbenches/cosim/driver/kirchhoff_image.h"

namespace kirchhoff::testbenches {

/// Reads a kirchhoff_image where it lies. All that it refers to lies within it, aligned, and its indices and
/// labels are of examples and classes that there are: nothing that a driver does with it leaves the image.
class ImageView {
 public:
  /// `image` is aligned to 8 bytes and outlives the view. Throws InputError naming `name` where it is no
  /// image.
  ImageView(std::span<const std::byte> image, std::string name);

  [[nodiscard]] const kirchhoff_image& header() const { return *header_; }

  [[nodiscard]] std::span<const model::RegisterEntry> writes() const;

  [[nodiscard]] std::span<const kirchhoff_image_tile> tiles() const;
  [[nodiscard]] std::span<const float> weights(const kirchhoff_image_tile& tile) const;

  [[nodiscard]] std::span<const kirchhoff_image_epoch> epochs() const;
  [[nodiscard]] std::span<const std::uint32_t> order(const kirchhoff_image_epoch& epoch) const;
  [[nodiscard]] std::span<const model::RegisterEntry> writes(const kirchhoff_image_epoch& epoch) const;

  /// `count` examples, `stride` bytes each.
  [[nodiscard]] std::span<const std::uint8_t> inputs(const kirchhoff_image_examples& examples) const;
  [[nodiscard]] std::span<const std::uint16_t> labels(const kirchhoff_image_examples& examples) const;

 private:
  template <typename T>
  [[nodiscard]] std::span<const T> part(std::uint32_t offset, std::uint64_t count,
                                        std::string_view what) const;
  void check_header() const;
  void check_parts() const;
  [[noreturn]] void refuse(const std::string& why) const;

  std::span<const std::byte> image_;
  std::string name_;
  const kirchhoff_image* header_ = nullptr;
};

}  // namespace kirchhoff::testbenches
