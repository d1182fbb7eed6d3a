#include "testbenches/cosim/c_api/modelled_chip.h"

#include <cstring>
#include <utility>

#include "foundation/error.h"

namespace kirchhoff::testbenches {

using foundation::CodingStyle;
using foundation::InputError;

namespace {

template <typename Value>
Value one_of(const std::string& what, const std::string& name, const std::string& first, Value is_first,
             const std::string& second, Value is_second) {
  if (name == first) {
    return is_first;
  }
  if (name == second) {
    return is_second;
  }
  throw InputError(what + " is '" + name + "', expected " + first + " or " + second);
}

CodingStyle style_of(const ChipOptions& options) {
  return one_of("style", options.style, "lt", CodingStyle::loosely_timed, "at",
                CodingStyle::approximately_timed);
}

tiles::Detail detail_of(const ChipOptions& options) {
  return one_of("detail", options.detail, "physics", tiles::Detail::physics, "ideal", tiles::Detail::ideal);
}

model::ChipDescription describe(const model::Configuration& configuration, const ChipOptions& options) {
  auto description = model::describe_chip(configuration, detail_of(options), style_of(options));
  description.traced_tile.reset();
  return description;
}

}  // namespace

ChipParts::ChipParts(const ChipOptions& given)
    : options(given),
      configuration(model::load_configuration(given.preset, given.sets, given.technology)),
      description(describe(*configuration, given)),
      memory(std::make_unique<DmaMemory>(given.dma_bytes)) {}

ModelledChip::ModelledChip(ChipParts parts)
    : parts_(std::move(parts)),
      ledger_(parts_.description.topology.node_count()),
      services_{ledger_, nullptr, static_cast<std::uint64_t>(parts_.configuration->network.seed)},
      chip_("chip", parts_.description, services_),
      host_("host", *parts_.memory, parts_.description.style) {
  host_.chip.bind(chip_.host);
  chip_.memory.bind(host_.memory_socket);
  chip_.interrupt(interrupt_);
  host_.interrupt(interrupt_);
  host_.start();
}

std::byte* ModelledChip::make_image(const NetworkRequest& request) {
  DataSet data;
  if (request.data_set == built_in_data_set) {
    check_room(request.limits);
  }
  if (!request.data_set.empty()) {
    data = load_data_set(request.data_set, {request.limits.train, request.limits.test});
  } else {
    if (request.inputs == 0 || request.classes < 2) {
      throw InputError("a network of " + std::to_string(request.inputs) + " inputs and " +
                       std::to_string(request.classes) + " classes was asked for, expected at least 1 and 2");
    }
    data.kind = request.images ? DataSet::Kind::images : DataSet::Kind::features;
    data.input_count = request.inputs;
    data.class_count = request.classes;
  }
  TrainingPlan plan = plan_training(*parts_.configuration, data);
  const auto image = testbenches::make_image(*parts_.configuration, plan, data, request.limits);
  std::byte* const place = memory().allocate(image.size());
  if (place == nullptr) {
    throw InputError("the image of " + plan.network.name() + " takes " + std::to_string(image.size()) +
                     " bytes, more than the DMA memory of " + std::to_string(options().dma_bytes) +
                     " bytes has left; take fewer examples or more memory");
  }
  std::memcpy(place, image.data(), image.size());
  plan_ = std::move(plan);
  return place;
}

/// The built-in data set makes as many examples as are asked for; none that no memory has room for.
void ModelledChip::check_room(const ImageLimits& limits) const {
  const std::size_t most = parts_.options.dma_bytes / cropped_inputs;
  const std::size_t train = limits.train.value_or(0);
  const std::size_t test = limits.test.value_or(0);
  if (train > most || test > most - train) {
    throw InputError(std::to_string(train) + " training and " + std::to_string(test) +
                     " test examples were asked for, the DMA memory of " +
                     std::to_string(parts_.options.dma_bytes) + " bytes has room for " +
                     std::to_string(most));
  }
}

const foundation::Ledger& ModelledChip::ledger() {
  host_.synchronise();
  ledger_.counters().out_of_order_reservations = chip_.out_of_order_reservations();
  return ledger_;
}

}  // namespace kirchhoff::testbenches
