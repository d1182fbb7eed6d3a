#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "model/chip/register_map.h"
#include "testbenches/cosim/c_api/chip_handle.h"
#include "testbenches/cosim/c_api/chip_report.h"
#include "testbenches/cosim/c_api/listed.h"
#include "testbenches/cosim/driver/kirchhoff_network.h"

namespace kt = kirchhoff::testbenches;
using kt::c_api::with_model;

namespace {

void list_registers(kirchhoff_chip& chip) {
  using kirchhoff::foundation::RegisterAccess;
  const auto kept = [&](std::string text) {
    return chip.register_texts.emplace_back(std::move(text)).c_str();
  };
  for (const auto& window : kirchhoff::model::register_map) {
    for (const auto& doc : window.registers) {
      chip.registers.push_back(
          {kept(std::string{window.prefix} + "_" + std::string{doc.name}), kept(std::string{doc.meaning}),
           static_cast<std::uint32_t>(window.base) + doc.offset, static_cast<std::uint32_t>(window.stride),
           doc.access == RegisterAccess::write_only ? 0U : 1U,
           doc.access == RegisterAccess::read_only ? 0U : 1U});
    }
  }
}

}  // namespace

const kirchhoff_chip_register* kirchhoff_chip_registers(kirchhoff_chip* chip, uint32_t* count) {
  const kirchhoff_chip_register* result = nullptr;
  with_model(chip, [&](kt::ModelledChip& /*model*/) {
    if (chip->registers.empty()) {
      list_registers(*chip);
    }
    result = kt::c_api::listed(chip->registers, count);
  });
  return result;
}

size_t kirchhoff_chip_sizeof(const char* structure) {
  struct Structure {
    std::string_view name;
    std::size_t bytes;
  };
#define KIRCHHOFF_STRUCTURE(name) \
  Structure {                     \
#name, sizeof(name)           \
  }
  static constexpr std::array structures{
      KIRCHHOFF_STRUCTURE(kirchhoff_hal),          KIRCHHOFF_STRUCTURE(kirchhoff_image),
      KIRCHHOFF_STRUCTURE(kirchhoff_image_tile),   KIRCHHOFF_STRUCTURE(kirchhoff_chip_options),
      KIRCHHOFF_STRUCTURE(kirchhoff_chip_request), KIRCHHOFF_STRUCTURE(kirchhoff_chip_layer),
      KIRCHHOFF_STRUCTURE(kirchhoff_chip_tile),    KIRCHHOFF_STRUCTURE(kirchhoff_chip_register),
      KIRCHHOFF_STRUCTURE(kirchhoff_device),       KIRCHHOFF_STRUCTURE(kirchhoff_network),
      KIRCHHOFF_STRUCTURE(kirchhoff_batch),        KIRCHHOFF_STRUCTURE(kirchhoff_block),
      KIRCHHOFF_STRUCTURE(kirchhoff_info),         KIRCHHOFF_STRUCTURE(kirchhoff_error),
      KIRCHHOFF_STRUCTURE(krch_long_completion_t), KIRCHHOFF_STRUCTURE(krch_descriptor_t)};
#undef KIRCHHOFF_STRUCTURE
  for (const Structure& known : structures) {
    if (structure != nullptr && known.name == structure) {
      return known.bytes;
    }
  }
  return 0;
}

const char* kirchhoff_chip_report(kirchhoff_chip* chip) {
  const char* result = nullptr;
  with_model(chip, [&](kt::ModelledChip& model) {
    chip->report = kt::chip_report(model);
    result = chip->report.c_str();
  });
  return result;
}
