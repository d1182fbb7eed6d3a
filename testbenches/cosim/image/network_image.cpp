#include "testbenches/cosim/image/network_image.h"

#include <bit>
#include <cstring>
#include <string>
#include <string_view>

#include "foundation/atomic_file.h"
#include "foundation/error.h"
#include "model/chip/chip_description.h"
#include "model/chip/descriptor.h"
#include "model/network/program.h"
#include "testbenches/cosim/driver/kirchhoff_image.h"

namespace kirchhoff::testbenches {

using foundation::InputError;
using model::RegisterEntry;

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

namespace {

constexpr std::uint64_t part_alignment = 64;

/// Which bytes of the image a part has.
struct Part {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;

  [[nodiscard]] std::uint32_t at() const { return static_cast<std::uint32_t>(offset); }
};

/// Lays parts one behind the other.
class Layout {
 public:
  Part add(std::uint64_t count, std::size_t element_bytes) {
    const Part part{end_, count * element_bytes};
    end_ = (end_ + part.bytes + part_alignment - 1) / part_alignment * part_alignment;
    return part;
  }
  [[nodiscard]] std::uint64_t bytes() const { return end_; }

 private:
  std::uint64_t end_ = 0;
};

/// The first `limit` of `there`.
std::size_t limited(std::string_view what, std::optional<std::size_t> limit, std::size_t there) {
  if (limit && *limit > there) {
    throw InputError("an image with " + std::to_string(*limit) + " " + std::string{what} +
                     " was asked for, but there are " + std::to_string(there));
  }
  return limit.value_or(there);
}

std::vector<RegisterEntry> entries_of(std::span<const model::RegisterWrite> writes) {
  std::vector<RegisterEntry> entries;
  entries.reserve(writes.size());
  for (const auto& write : writes) {
    if (write.address > std::numeric_limits<std::uint32_t>::max()) {
      throw foundation::ModelError("a register lies beyond 4 GiB, where no image can name it");
    }
    entries.push_back({static_cast<std::uint32_t>(write.address), write.value});
  }
  return entries;
}

/// The block of a layer that a tile holds, row by row.
std::vector<float> block_of(const Matrix& matrix, const model::TileAssignment& tile) {
  std::vector<float> block;
  block.reserve(tile.rows() * tile.columns);
  for (std::size_t row = 0; row < tile.rows(); ++row) {
    const auto line = std::span{matrix.values}.subspan(
        (tile.first_row + row) * matrix.columns + tile.first_column, tile.columns);
    block.insert(block.end(), line.begin(), line.end());
  }
  return block;
}

class ImageMaker {
 public:
  ImageMaker(const model::Configuration& configuration, const TrainingPlan& plan, const DataSet& data,
             const ImageLimits& limits)
      : training_(configuration.network),
        plan_(plan),
        data_(data),
        train_(limited("training examples", limits.train, data.train.count())),
        test_(limited("test examples", limits.test, data.test.count())),
        writes_(entries_of(model::make_program(plan.network, plan.mapping,
                                               model::program_options(configuration, plan.learning_rate)))) {
    lay_out(limited("epochs", limits.epochs, static_cast<std::size_t>(training_.epochs)));
    if (layout_.bytes() > limits.bytes) {
      throw InputError("the image of " + plan.network.name() + " with " + std::to_string(train_) +
                       " training and " + std::to_string(test_) + " test examples takes " +
                       std::to_string(layout_.bytes()) + " bytes, but may take " +
                       std::to_string(limits.bytes) + "; take fewer examples");
    }
  }

  std::vector<std::byte> make() {
    image_.resize(layout_.bytes());
    kirchhoff_image header{};
    header.magic = KIRCHHOFF_IMAGE_MAGIC;
    header.version = KIRCHHOFF_IMAGE_VERSION;
    header.bytes = static_cast<std::uint32_t>(image_.size());
    header.inputs = static_cast<std::uint32_t>(plan_.network.inputs());
    header.classes = static_cast<std::uint32_t>(plan_.network.classes());
    header.stride = static_cast<std::uint32_t>(data_.input_count);
    header.writes_offset = writes_part_.at();
    header.writes_count = static_cast<std::uint32_t>(writes_.size());
    put(writes_part_, writes_);
    header.tiles_offset = tiles_part_.at();
    header.tiles_count = static_cast<std::uint32_t>(weight_parts_.size());
    put_tiles();
    header.epochs_offset = epochs_part_.at();
    header.epochs_count = static_cast<std::uint32_t>(epoch_parts_.size());
    put_epochs();
    header.train = put_examples(train_parts_, data_.train, train_);
    header.test = put_examples(test_parts_, data_.test, test_);
    std::memcpy(image_.data(), &header, sizeof header);
    return std::move(image_);
  }

 private:
  struct EpochParts {
    Part order;
    Part writes;
    std::vector<RegisterEntry> entries;
  };
  struct ExampleParts {
    Part inputs;
    Part labels;
  };

  void lay_out(std::size_t epochs) {
    layout_.add(1, sizeof(kirchhoff_image));
    writes_part_ = layout_.add(writes_.size(), sizeof(RegisterEntry));
    tiles_part_ = layout_.add(plan_.mapping.tiles.size(), sizeof(kirchhoff_image_tile));
    for (const auto& tile : plan_.mapping.tiles) {
      weight_parts_.push_back(layout_.add(tile.rows() * tile.columns, sizeof(float)));
    }
    epochs_part_ = layout_.add(epochs, sizeof(kirchhoff_image_epoch));
    for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
      EpochParts parts;
      if (epoch > 0) {  // the first has that of the register writes
        parts.entries = entries_of(model::learning_rate_program(
            plan_.mapping, learning_rate_of_epoch(plan_.learning_rate, training_.learning_rate_decay,
                                                  static_cast<std::uint32_t>(epoch))));
      }
      parts.writes = layout_.add(parts.entries.size(), sizeof(RegisterEntry));
      parts.order = layout_.add(train_, sizeof(std::uint32_t));
      epoch_parts_.push_back(std::move(parts));
    }
    train_parts_ = lay_out_examples(train_);
    test_parts_ = lay_out_examples(test_);
  }
  ExampleParts lay_out_examples(std::size_t count) {
    return {layout_.add(count, data_.input_count), layout_.add(count, sizeof(std::uint16_t))};
  }

  template <typename T>
  void put(const Part& part, const std::vector<T>& values) {
    if (part.bytes > 0) {
      std::memcpy(image_.data() + part.offset, values.data(), part.bytes);
    }
  }

  void put_tiles() {
    std::vector<kirchhoff_image_tile> table;
    for (std::size_t i = 0; i < weight_parts_.size(); ++i) {
      const auto& tile = plan_.mapping.tiles[i];
      put(weight_parts_[i], block_of(plan_.initial_weights[tile.layer], tile));
      table.push_back({static_cast<std::uint32_t>(tile.node), static_cast<std::uint32_t>(tile.rows()),
                       static_cast<std::uint32_t>(tile.columns), weight_parts_[i].at()});
    }
    put(tiles_part_, table);
  }

  void put_epochs() {
    std::vector<kirchhoff_image_epoch> table;
    for (const EpochParts& parts : epoch_parts_) {
      put(parts.order,
          epoch_order(static_cast<std::uint32_t>(train_), static_cast<std::uint64_t>(training_.seed),
                      static_cast<std::uint32_t>(table.size())));
      put(parts.writes, parts.entries);
      table.push_back(
          {parts.order.at(), parts.writes.at(), static_cast<std::uint32_t>(parts.entries.size())});
    }
    put(epochs_part_, table);
  }

  kirchhoff_image_examples put_examples(const ExampleParts& parts, const Examples& examples,
                                        std::size_t count) {
    put(parts.inputs, examples.inputs);
    put(parts.labels, examples.labels);
    return {parts.inputs.at(), parts.labels.at(), static_cast<std::uint32_t>(count)};
  }

  const model::NetworkParameters& training_;
  const TrainingPlan& plan_;
  const DataSet& data_;
  std::size_t train_;
  std::size_t test_;
  std::vector<RegisterEntry> writes_;

  Layout layout_;
  Part writes_part_;
  Part tiles_part_;
  Part epochs_part_;
  std::vector<Part> weight_parts_;
  std::vector<EpochParts> epoch_parts_;
  ExampleParts train_parts_;
  ExampleParts test_parts_;
  std::vector<std::byte> image_;
};

}  // namespace

std::vector<std::byte> make_image(const model::Configuration& configuration, const TrainingPlan& plan,
                                  const DataSet& data, const ImageLimits& limits) {
  return ImageMaker{configuration, plan, data, limits}.make();
}

void write_image(const std::filesystem::path& path, std::span<const std::byte> image) {
  foundation::write_file_atomically(path, {reinterpret_cast<const char*>(image.data()), image.size()});
}

}  // namespace kirchhoff::testbenches
