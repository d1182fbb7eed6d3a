#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "model/presets/configuration.h"
#include "testbenches/cosim/image/training_plan.h"
#include "testbenches/host/data_set.h"

namespace kirchhoff::testbenches {

/// How much of a training goes into an image, from its beginning; all where not given.
struct ImageLimits {
  std::optional<std::size_t> train{};
  std::optional<std::size_t> test{};
  std::optional<std::size_t> epochs{};
  std::uint64_t bytes = std::numeric_limits<std::uint32_t>::max();  ///< that the image may take
};

/// Network, data and order of a training as a kirchhoff_image (kirchhoff_image.h): the register writes,
/// weights, examples and learning rates with which kirchhoff-explore trains. A chip that works it off without
/// pause learns the same bits.
///
/// Throws InputError where limits ask for more than there is, or the image takes more bytes than it may.
std::vector<std::byte> make_image(const model::Configuration& configuration, const TrainingPlan& plan,
                                  const DataSet& data, const ImageLimits& limits = {});

/// Complete or not at all. Throws InputError where the file cannot be written.
void write_image(const std::filesystem::path& path, std::span<const std::byte> image);

}  // namespace kirchhoff::testbenches
