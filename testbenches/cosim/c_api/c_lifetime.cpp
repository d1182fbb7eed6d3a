#include <string>

#include "testbenches/cosim/c_api/chip_handle.h"
#include "testbenches/explore/git_version.h"

namespace kt = kirchhoff::testbenches;
using kirchhoff::foundation::InputError;
using kt::c_api::with_model;

namespace {

/// A word of the caller, or what stands for none.
std::string word(const char* text, const char* otherwise) {
  return text != nullptr ? text : otherwise;
}

kt::ChipOptions options_of(const kirchhoff_chip_options& given) {
  kt::ChipOptions options;
  options.preset = word(given.preset, "209k");
  for (const char* const* set = given.sets; set != nullptr && *set != nullptr; ++set) {
    options.sets.emplace_back(*set);
  }
  if (given.seed != 0) {
    options.sets.push_back("training.seed=" + std::to_string(given.seed));
  }
  options.technology = word(given.technology, "");
  options.style = word(given.style, "lt");
  options.detail = word(given.detail, "physics");
  if (given.dma_bytes != 0) {
    options.dma_bytes = given.dma_bytes;
  }
  return options;
}

}  // namespace

int kirchhoff_chip_open(const kirchhoff_chip_options* options, kirchhoff_chip** chip) {
  return kt::c_api::guarded(nullptr, [&] {
    if (chip == nullptr) {
      throw InputError("kirchhoff_chip_open was given no place for the chip");
    }
    *chip = nullptr;
    *chip = kt::c_api::make_chip(options_of(options != nullptr ? *options : kirchhoff_chip_options{}));
  });
}

void kirchhoff_chip_close(kirchhoff_chip* chip) {
  if (chip != nullptr && chip == kt::c_api::open_chip && !kt::c_api::is_busy(*chip)) {
    kt::c_api::end_chip(chip);
  }
}

const char* kirchhoff_chip_error(const kirchhoff_chip* chip) {
  return kt::c_api::error_of(chip);
}

int kirchhoff_chip_status(kirchhoff_chip* chip) {
  return with_model(chip, [](kt::ModelledChip& /*model*/) {});
}

const char* kirchhoff_chip_version(void) {
  return kt::git_version;
}
