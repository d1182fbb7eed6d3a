#include "testbenches/host/chip_driver.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "foundation/error.h"
#include "interconnect/packet_address.h"
#include "model/chip/address_map.h"

namespace kirchhoff::testbenches {

using foundation::ModelError;
using model::Completion;
using model::Descriptor;
using model::DescriptorOperation;

namespace {

constexpr std::uint32_t kRingEntries = 64;
/// Looks at an idle chip after which an interrupt is not expected any more.
constexpr int kMostIdleLooks = 10;

}  // namespace

ChipDriver::ChipDriver(HostBus& bus, MemoryMap& memory) : bus_(bus), memory_(memory) {}

void ChipDriver::reserve() {
  if (ring_ == 0) {
    ring_ = memory_.allocate(kRingEntries * sizeof(Descriptor));
    completions_ = memory_.allocate(kRingEntries * sizeof(Completion));
  }
}

void ChipDriver::start() {
  if (bus_.read32(model::host_registers_base + model::host_register::identification) !=
      model::identification_value) {
    throw ModelError("no Kirchhoff chip answers at the host interface");
  }
  reserve();
  const std::uint64_t base = model::sequencer_registers_base;
  bus_.write32(base + model::sequencer_register::ring_base_low, static_cast<std::uint32_t>(ring_));
  bus_.write32(base + model::sequencer_register::ring_base_high, static_cast<std::uint32_t>(ring_ >> 32));
  bus_.write32(base + model::sequencer_register::ring_entries, kRingEntries);
  bus_.write32(model::host_registers_base + model::host_register::interrupt_enable,
               model::interrupt_completion | model::interrupt_error);
  tail_ = 0;
}

void ChipDriver::write_registers(std::span<const model::RegisterWrite> writes) {
  for (const auto& write : writes) {
    bus_.write32(write.address, write.value);
  }
}

Completion ChipDriver::run(std::span<Descriptor> descriptors, const std::function<void()>& idle) {
  Completion last;
  for (std::size_t first = 0; first < descriptors.size(); first += kRingEntries - 1) {
    const auto chunk =
        descriptors.subspan(first, std::min<std::size_t>(kRingEntries - 1, descriptors.size() - first));
    for (auto& descriptor : chunk) {
      descriptor.tag = ++tag_;
      descriptor.completion_address = completions_ + tail_ * sizeof(Completion);
      std::memcpy(memory_.writable(ring_ + tail_ * sizeof descriptor, sizeof descriptor).data(), &descriptor,
                  sizeof descriptor);
      tail_ = (tail_ + 1) % kRingEntries;
    }
    bus_.write32(model::sequencer_registers_base + model::sequencer_register::ring_tail, tail_);
    last = wait_done(idle);
  }
  return last;
}

Completion ChipDriver::wait_done(const std::function<void()>& idle) {
  int idle_looks = 0;
  bus_.wait_interrupt([&] {
    std::uint32_t busy = 0;
    bus_.peek(model::sequencer_registers_base + model::sequencer_register::busy,
              std::as_writable_bytes(std::span{&busy, 1}));
    idle_looks = busy == 0 ? idle_looks + 1 : 0;
    if (idle_looks > kMostIdleLooks) {
      throw foundation::WatchdogError(
          "deadlock: the chip is idle, but the interrupt the host waits for does not come");
    }
    if (idle) {
      idle();
    }
  });
  const std::uint64_t status_address = model::host_registers_base + model::host_register::interrupt_status;
  const std::uint32_t status = bus_.read32(status_address);
  bus_.write32(status_address, status);
  Completion last;
  const std::uint64_t record = completions_ + (tail_ + kRingEntries - 1) % kRingEntries * sizeof last;
  std::memcpy(&last, memory_.readable(record, sizeof last).data(), sizeof last);
  if ((status & model::interrupt_error) != 0) {
    const std::uint64_t error_address = model::host_registers_base + model::host_register::error_status;
    const std::uint32_t error = bus_.read32(error_address);
    bus_.write32(error_address, error);
    throw ModelError("the chip reports error " + std::to_string(error) + " (ERROR_STATUS) for descriptor " +
                     std::to_string(last.tag));
  }
  return last;
}

void ChipDriver::clear_errors() {
  for (const std::uint32_t offset :
       {model::host_register::error_status, model::host_register::interrupt_status}) {
    bus_.write32(model::host_registers_base + offset, ~0U);
  }
}

void ChipDriver::load_weights(const model::Mapping& mapping, std::span<const Matrix> weights) {
  std::vector<std::uint64_t> addresses;
  for (const Matrix& matrix : weights) {
    addresses.push_back(memory_.attach(matrix.values));
  }
  std::vector<Descriptor> descriptors;
  for (const auto& tile : mapping.tiles) {
    const Matrix& matrix = weights[tile.layer];
    Descriptor descriptor;
    descriptor.operation = static_cast<std::uint32_t>(DescriptorOperation::program_weights);
    descriptor.count = static_cast<std::uint32_t>(tile.rows());
    descriptor.node = tile.node;
    descriptor.columns = static_cast<std::uint32_t>(tile.columns);
    descriptor.stride = static_cast<std::uint32_t>(matrix.columns * sizeof(float));
    descriptor.input_address =
        addresses[tile.layer] + (tile.first_row * matrix.columns + tile.first_column) * sizeof(float);
    descriptors.push_back(descriptor);
  }
  run(descriptors);
}

std::vector<Matrix> ChipDriver::read_weights(const model::NetworkSpec& network,
                                             const model::Mapping& mapping) {
  std::vector<Matrix> weights;
  std::vector<std::uint64_t> addresses;
  for (const auto& layer : network.layers) {
    weights.push_back({layer.rows(), layer.outputs, std::vector<float>(layer.synapses())});
    addresses.push_back(memory_.allocate(layer.synapses() * sizeof(float)));
  }
  std::vector<Descriptor> descriptors;
  for (const auto& tile : mapping.tiles) {
    const Matrix& matrix = weights[tile.layer];
    Descriptor descriptor;
    descriptor.operation = static_cast<std::uint32_t>(DescriptorOperation::read_weights);
    descriptor.count = static_cast<std::uint32_t>(tile.rows());
    descriptor.node = tile.node;
    descriptor.columns = static_cast<std::uint32_t>(tile.columns);
    descriptor.stride = static_cast<std::uint32_t>(matrix.columns * sizeof(float));
    descriptor.output_address =
        addresses[tile.layer] + (tile.first_row * matrix.columns + tile.first_column) * sizeof(float);
    descriptors.push_back(descriptor);
  }
  run(descriptors);
  for (std::size_t layer = 0; layer < weights.size(); ++layer) {
    auto& values = weights[layer].values;
    std::memcpy(values.data(), memory_.readable(addresses[layer], values.size() * sizeof(float)).data(),
                values.size() * sizeof(float));
  }
  return weights;
}

std::vector<float> ChipDriver::peek_tile(const model::TileAssignment& tile, std::size_t tile_columns,
                                         interconnect::CellPlane plane) {
  std::vector<float> values(tile.rows() * tile.columns);
  for (std::size_t row = 0; row < tile.rows(); ++row) {
    const auto line = std::as_writable_bytes(std::span{values}.subspan(row * tile.columns, tile.columns));
    const std::uint64_t address = interconnect::cell_address(tile.node, plane, row * tile_columns);
    if (bus_.peek(address, line) != line.size()) {
      throw ModelError("debug transport does not read the cells of tile " + std::to_string(tile.node));
    }
  }
  return values;
}

float ChipDriver::peek_cell(interconnect::NodeId node, interconnect::CellPlane plane, std::size_t cell) {
  float value = 0;
  const auto bytes = std::as_writable_bytes(std::span{&value, 1});
  if (bus_.peek(interconnect::cell_address(node, plane, cell), bytes) != bytes.size()) {
    throw ModelError("debug transport does not read the cells of tile " + std::to_string(node));
  }
  return value;
}

Completion ChipDriver::examples(DescriptorOperation operation, const Batch& batch,
                                const std::function<void()>& idle) {
  Descriptor descriptor;
  descriptor.operation = static_cast<std::uint32_t>(operation);
  descriptor.count = batch.count;
  descriptor.input_address = batch.inputs;
  descriptor.label_address = batch.labels;
  descriptor.order_address = batch.order;
  descriptor.output_address = batch.outputs;
  descriptor.stride = batch.stride;
  return run({&descriptor, 1}, idle);
}

Completion ChipDriver::train(const Batch& batch, const std::function<void()>& idle) {
  return examples(DescriptorOperation::train, batch, idle);
}

Completion ChipDriver::infer(const Batch& batch, const std::function<void()>& idle) {
  return examples(DescriptorOperation::infer, batch, idle);
}

Completion ChipDriver::transfer() {
  Descriptor descriptor;
  descriptor.operation = static_cast<std::uint32_t>(DescriptorOperation::transfer);
  return run({&descriptor, 1});
}

std::uint32_t ChipDriver::peek_examples() {
  std::uint32_t examples = 0;
  bus_.peek(model::sequencer_registers_base + model::sequencer_register::examples,
            std::as_writable_bytes(std::span{&examples, 1}));
  return examples;
}

}  // namespace kirchhoff::testbenches
