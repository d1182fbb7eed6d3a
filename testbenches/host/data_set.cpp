#include "testbenches/host/data_set.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "foundation/error.h"
#include "testbenches/host/idx_file.h"
#include "testbenches/host/strokes.h"

namespace kirchhoff::testbenches {

namespace {

using foundation::InputError;
namespace fs = std::filesystem;

constexpr std::size_t first_row = 2;
constexpr std::size_t last_row = 25;
constexpr std::size_t first_column = 3;
constexpr std::size_t last_column = 24;
constexpr std::size_t crop_columns = last_column - first_column + 1;
static_assert((last_row - first_row + 1) * crop_columns == cropped_inputs);

/// One half of a data set: how its files and its limit are called.
struct Part {
  std::string prefix;
  std::string option;
  std::string what;
};

const std::array<Part, 2>& parts() {
  static const std::array<Part, 2> both{Part{"train-", "--train", "training"},
                                        Part{"t10k-", "--test", "test"}};
  return both;
}

/// The file `stem` or `stem`.gz in the folder; empty where there is none.
fs::path find_file(const fs::path& folder, const std::string& stem) {
  for (const std::string& name : {stem, stem + ".gz"}) {
    std::error_code error;
    if (fs::exists(folder / name, error)) return folder / name;
  }
  return {};
}

std::string looked_for(const std::vector<std::string>& stems) {
  std::string text;
  for (const std::string& stem : stems) {
    text.append(text.empty() ? "" : ", ").append(stem).append(", ").append(stem).append(".gz");
  }
  return text;
}

struct Inputs {
  fs::path path;
  DataSet::Kind kind = DataSet::Kind::images;
  std::vector<std::uint32_t> sizes;  ///< of the file
  std::size_t taken = 0;
};

void check_limit(const Part& part, const std::optional<std::size_t>& limit) {
  if (limit && *limit == 0) throw InputError(part.option + " 0: at least 1 example is needed");
}

std::size_t taken_of(const fs::path& path, const Part& part, std::size_t available,
                     const std::optional<std::size_t>& limit) {
  if (limit && *limit > available) {
    throw InputError(part.option + " " + std::to_string(*limit) + ": '" + path.string() + "' holds " +
                     std::to_string(available) + " " + part.what + " examples, give at most that");
  }
  return limit.value_or(available);
}

Inputs find_inputs(const fs::path& folder, const Part& part) {
  const std::string images = part.prefix + "images-idx3-ubyte";
  const std::string features = part.prefix + "features-idx2-ubyte";
  const fs::path image_path = find_file(folder, images);
  const fs::path feature_path = find_file(folder, features);
  if (image_path.empty() && feature_path.empty()) {
    throw InputError("data set '" + folder.string() + "' has no " + part.what + " inputs: looked for " +
                     looked_for({images, features}));
  }
  if (!image_path.empty() && !feature_path.empty()) {
    throw InputError("data set '" + folder.string() + "' has both " + image_path.filename().string() +
                     " and " + feature_path.filename().string() + ", expected one of them");
  }
  if (feature_path.empty()) return {image_path, DataSet::Kind::images, {}, 0};
  return {feature_path, DataSet::Kind::features, {}, 0};
}

void load_inputs(Inputs& source, const Part& part, const std::optional<std::size_t>& limit,
                 Examples& examples) {
  IdxReader reader(source.path);
  source.sizes = reader.sizes();
  const std::size_t expected = source.kind == DataSet::Kind::images ? 3 : 2;
  if (source.sizes.size() != expected) {
    throw InputError("'" + source.path.string() + "': byte 3 (number of dimensions) is " +
                     std::to_string(source.sizes.size()) + ", expected " + std::to_string(expected) +
                     (expected == 3 ? " (images, rows, columns)" : " (examples, features)"));
  }
  source.taken = taken_of(source.path, part, source.sizes[0], limit);
  const bool crop =
      source.kind == DataSet::Kind::images && source.sizes[1] == image_side && source.sizes[2] == image_side;
  const auto item_bytes = static_cast<std::size_t>(reader.item_bytes());
  examples.input_count = crop ? cropped_inputs : item_bytes;
  examples.inputs.reserve(std::min(source.taken, static_cast<std::size_t>(reader.plausible_items())) *
                          examples.input_count);
  std::array<std::uint8_t, image_side * image_side> image{};
  for (std::size_t n = 0; n < source.taken; ++n) {
    const std::size_t at = examples.inputs.size();
    if (crop) {
      reader.read(image);
      examples.inputs.resize(at + cropped_inputs);
      crop_image(image, std::span(examples.inputs).subspan(at));
    } else {
      examples.inputs.resize(at + item_bytes);
      reader.read(std::span(examples.inputs).subspan(at));
    }
  }
  reader.finish();
}

/// Returns the largest label of the file, so that the number of classes does not depend on the limit.
std::uint8_t load_labels(const fs::path& folder, const Part& part, const Inputs& source, Examples& examples) {
  const std::string stem = part.prefix + "labels-idx1-ubyte";
  const fs::path path = find_file(folder, stem);
  if (path.empty()) {
    throw InputError("data set '" + folder.string() + "' has no " + part.what + " labels: looked for " +
                     looked_for({stem}));
  }
  IdxReader reader(path);
  if (reader.sizes().size() != 1) {
    throw InputError("'" + path.string() + "': byte 3 (number of dimensions) is " +
                     std::to_string(reader.sizes().size()) + ", expected 1 (labels)");
  }
  if (reader.sizes()[0] != source.sizes[0]) {
    throw InputError("'" + path.string() + "' holds " + std::to_string(reader.sizes()[0]) +
                     " labels for the " + std::to_string(source.sizes[0]) + " examples of '" +
                     source.path.filename().string() + "', expected as many");
  }
  std::vector<std::uint8_t> bytes(source.sizes[0]);
  reader.read(bytes);
  reader.finish();
  examples.labels.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(source.taken));
  return *std::max_element(bytes.begin(), bytes.end());
}

DataSet load_folder(const fs::path& folder, const DataSetLimits& limits) {
  DataSet set;
  const fs::path bare = folder.has_filename() ? folder : folder.parent_path();  // without a slash at the end
  std::error_code error;
  set.name = fs::weakly_canonical(bare, error).filename().string();

  Inputs train = find_inputs(folder, parts()[0]);
  Inputs test = find_inputs(folder, parts()[1]);
  if (train.kind != test.kind) {
    throw InputError("data set '" + folder.string() + "' mixes images and features: " +
                     train.path.filename().string() + ", " + test.path.filename().string());
  }
  load_inputs(train, parts()[0], limits.train, set.train);
  load_inputs(test, parts()[1], limits.test, set.test);
  if (!std::equal(train.sizes.begin() + 1, train.sizes.end(), test.sizes.begin() + 1, test.sizes.end())) {
    const auto item = [](const Inputs& inputs) {
      std::string text;
      for (std::size_t d = 1; d < inputs.sizes.size(); ++d) {
        text += (d > 1 ? " x " : "") + std::to_string(inputs.sizes[d]);
      }
      return text;
    };
    throw InputError("'" + test.path.string() + "' has examples of " + item(test) + " bytes, expected " +
                     item(train) + " as in '" + train.path.filename().string() + "'");
  }
  const std::uint8_t train_largest = load_labels(folder, parts()[0], train, set.train);
  const std::uint8_t largest = std::max(train_largest, load_labels(folder, parts()[1], test, set.test));
  if (largest == 0) {
    throw InputError("data set '" + folder.string() +
                     "' has the label 0 only, expected at least two classes");
  }
  set.class_count = largest + std::size_t{1};
  set.kind = train.kind;
  return set;
}

DataSet make_strokes(const DataSetLimits& limits) {
  DataSet set;
  set.name = built_in_data_set;
  set.class_count = strokes_classes;
  set.kind = DataSet::Kind::images;
  const auto fill = [](Examples& examples, const Part& part, std::size_t count, StrokesPart which) {
    if (count > most_strokes) {
      throw InputError(part.option + " " + std::to_string(count) + ": '" + std::string(built_in_data_set) +
                       "' makes up to " + std::to_string(most_strokes) + " " + part.what + " examples");
    }
    examples.input_count = cropped_inputs;
    examples.inputs.resize(count * cropped_inputs);
    examples.labels.resize(count);
    StrokesImage image{};
    for (std::size_t n = 0; n < count; ++n) {
      examples.labels[n] = draw_strokes(strokes_seed, which, static_cast<std::uint32_t>(n), image);
      crop_image(image, std::span(examples.inputs).subspan(n * cropped_inputs, cropped_inputs));
    }
  };
  fill(set.train, parts()[0], limits.train.value_or(strokes_train_count), StrokesPart::train);
  fill(set.test, parts()[1], limits.test.value_or(strokes_test_count), StrokesPart::test);
  return set;
}

}  // namespace

void crop_image(std::span<const std::uint8_t> image, std::span<std::uint8_t> out) {
  for (std::size_t row = first_row; row <= last_row; ++row) {
    std::copy_n(&image[row * image_side + first_column], crop_columns,
                &out[(row - first_row) * crop_columns]);
  }
}

DataSet load_data_set(const std::string& name_or_folder, const DataSetLimits& limits) {
  check_limit(parts()[0], limits.train);
  check_limit(parts()[1], limits.test);
  const bool built_in = name_or_folder == built_in_data_set;
  std::error_code error;
  if (!built_in && !fs::is_directory(name_or_folder, error)) {
    const bool exists = fs::exists(name_or_folder, error);
    throw InputError("data set '" + name_or_folder + "' is " + (exists ? "a file" : "not there") +
                     ": give '" + std::string(built_in_data_set) + "' (built in) or a folder of IDX files");
  }
  DataSet set = built_in ? make_strokes(limits) : load_folder(name_or_folder, limits);
  set.input_count = set.train.input_count;
  return set;
}

}  // namespace kirchhoff::testbenches
