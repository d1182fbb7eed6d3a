#include "testbenches/cosim/image/image_view.h"

#include <algorithm>
#include <utility>

#include "foundation/error.h"

namespace kirchhoff::testbenches {

namespace {

constexpr std::uint32_t part_alignment = 64;

}  // namespace

ImageView::ImageView(std::span<const std::byte> image, std::string name)
    : image_(image), name_(std::move(name)) {
  if (image_.size() < sizeof(kirchhoff_image)) {
    refuse("is no network image: it has " + std::to_string(image_.size()) + " bytes, the head of one has " +
           std::to_string(sizeof(kirchhoff_image)));
  }
  header_ = reinterpret_cast<const kirchhoff_image*>(image_.data());
  check_header();
  check_parts();
}

void ImageView::refuse(const std::string& why) const {
  throw foundation::InputError("'" + name_ + "' " + why);
}

void ImageView::check_header() const {
  if (header_->magic != KIRCHHOFF_IMAGE_MAGIC) {
    refuse("is no network image: expected it to start with KIMG");
  }
  if (header_->version != KIRCHHOFF_IMAGE_VERSION) {
    refuse("is a network image of version " + std::to_string(header_->version) + ", expected " +
           std::to_string(KIRCHHOFF_IMAGE_VERSION));
  }
  if (header_->bytes != image_.size()) {
    refuse("has " + std::to_string(image_.size()) + " bytes, but its head says " +
           std::to_string(header_->bytes));
  }
  if (header_->stride < header_->inputs) {
    refuse("has examples every " + std::to_string(header_->stride) + " bytes, too close for " +
           std::to_string(header_->inputs) + " inputs");
  }
}

void ImageView::check_parts() const {
  static_cast<void>(writes());
  for (const auto& tile : tiles()) {
    static_cast<void>(weights(tile));
  }
  for (const auto& epoch : epochs()) {
    static_cast<void>(writes(epoch));
    const auto examples = order(epoch);
    if (std::any_of(examples.begin(), examples.end(),
                    [&](auto index) { return index >= header_->train.count; })) {
      refuse("has an epoch with an example beyond the " + std::to_string(header_->train.count) +
             " that it has");
    }
  }
  for (const auto& examples : {header_->train, header_->test}) {
    static_cast<void>(inputs(examples));
    const auto all = labels(examples);
    if (std::any_of(all.begin(), all.end(), [&](auto label) { return label >= header_->classes; })) {
      refuse("has a label beyond its " + std::to_string(header_->classes) + " classes");
    }
  }
}

template <typename T>
std::span<const T> ImageView::part(std::uint32_t offset, std::uint64_t count, std::string_view what) const {
  if (offset % part_alignment != 0) {
    refuse("has " + std::string{what} + " at " + std::to_string(offset) + ", expected a multiple of " +
           std::to_string(part_alignment));
  }
  if (offset > image_.size() || count > (image_.size() - offset) / sizeof(T)) {
    refuse("has " + std::string{what} + " beyond its end");
  }
  return {reinterpret_cast<const T*>(image_.data() + offset), static_cast<std::size_t>(count)};
}

std::span<const model::RegisterEntry> ImageView::writes() const {
  return part<model::RegisterEntry>(header_->writes_offset, header_->writes_count, "register writes");
}

std::span<const kirchhoff_image_tile> ImageView::tiles() const {
  return part<kirchhoff_image_tile>(header_->tiles_offset, header_->tiles_count, "tiles");
}

std::span<const float> ImageView::weights(const kirchhoff_image_tile& tile) const {
  return part<float>(tile.weights_offset, std::uint64_t{tile.rows} * tile.columns, "weights");
}

std::span<const kirchhoff_image_epoch> ImageView::epochs() const {
  return part<kirchhoff_image_epoch>(header_->epochs_offset, header_->epochs_count, "epochs");
}

std::span<const std::uint32_t> ImageView::order(const kirchhoff_image_epoch& epoch) const {
  return part<std::uint32_t>(epoch.order_offset, header_->train.count, "an epoch's order");
}

std::span<const model::RegisterEntry> ImageView::writes(const kirchhoff_image_epoch& epoch) const {
  return part<model::RegisterEntry>(epoch.writes_offset, epoch.writes_count, "an epoch's register writes");
}

std::span<const std::uint8_t> ImageView::inputs(const kirchhoff_image_examples& examples) const {
  return part<std::uint8_t>(examples.offset_inputs, std::uint64_t{examples.count} * header_->stride,
                            "inputs");
}

std::span<const std::uint16_t> ImageView::labels(const kirchhoff_image_examples& examples) const {
  return part<std::uint16_t>(examples.offset_labels, examples.count, "labels");
}

}  // namespace kirchhoff::testbenches
