#include <optional>

#include "testbenches/cosim/c_api/chip_handle.h"
#include "testbenches/cosim/c_api/listed.h"

namespace kt = kirchhoff::testbenches;
using kirchhoff::foundation::InputError;
using kt::c_api::with_model;

namespace {

void take_plan(const kt::TrainingPlan& plan, kirchhoff_chip& chip) {
  chip.layers.clear();
  for (const auto& layer : plan.network.layers) {
    chip.layers.push_back(
        {static_cast<std::uint32_t>(layer.inputs), static_cast<std::uint32_t>(layer.outputs)});
  }
  chip.tiles.clear();
  for (const auto& tile : plan.mapping.tiles) {
    chip.tiles.push_back({static_cast<std::uint32_t>(tile.node), static_cast<std::uint32_t>(tile.layer),
                          static_cast<std::uint32_t>(tile.first_row), static_cast<std::uint32_t>(tile.rows()),
                          static_cast<std::uint32_t>(tile.first_column),
                          static_cast<std::uint32_t>(tile.columns)});
  }
}

kt::NetworkRequest request_of(const kirchhoff_chip_request& given) {
  const auto limit = [](std::uint64_t count) {
    return count == 0 ? std::nullopt : std::optional<std::size_t>{count};
  };
  return {.data_set = given.data_set != nullptr ? given.data_set : "",
          .inputs = given.inputs,
          .classes = given.classes,
          .images = given.features == 0,
          .limits = {.train = limit(given.train), .test = limit(given.test), .epochs = limit(given.epochs)}};
}

}  // namespace

int kirchhoff_chip_make_image(kirchhoff_chip* chip, const kirchhoff_chip_request* request,
                              const kirchhoff_image** image, uint32_t* bus_address) {
  return with_model(chip, [&](kt::ModelledChip& model) {
    if (request == nullptr || image == nullptr) {
      throw InputError("kirchhoff_chip_make_image was given a null pointer");
    }
    *image = nullptr;
    const std::byte* const made = model.make_image(request_of(*request));
    take_plan(*model.plan(), *chip);
    *image = reinterpret_cast<const kirchhoff_image*>(made);
    if (bus_address != nullptr) {
      *bus_address = model.memory().address_of(made);
    }
  });
}

const kirchhoff_chip_layer* kirchhoff_chip_layers(kirchhoff_chip* chip, uint32_t* count) {
  const kirchhoff_chip_layer* result = nullptr;
  with_model(chip, [&](kt::ModelledChip& /*model*/) { result = kt::c_api::listed(chip->layers, count); });
  return result;
}

const kirchhoff_chip_tile* kirchhoff_chip_tiles(kirchhoff_chip* chip, uint32_t* count) {
  const kirchhoff_chip_tile* result = nullptr;
  with_model(chip, [&](kt::ModelledChip& /*model*/) { result = kt::c_api::listed(chip->tiles, count); });
  return result;
}
