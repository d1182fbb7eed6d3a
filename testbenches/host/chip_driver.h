#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "foundation/duration.h"
#include "foundation/state_fields.h"
#include "interconnect/packet_address.h"
#include "model/chip/descriptor.h"
#include "model/network/mapping.h"
#include "model/network/program.h"
#include "testbenches/host/memory_map.h"
#include "testbenches/host/software_network.h"

namespace kirchhoff::testbenches {

/// What a driver needs of the machine it runs on: bus accesses and the interrupt.
class HostBus {
 public:
  HostBus() = default;
  HostBus(const HostBus&) = delete;
  HostBus& operator=(const HostBus&) = delete;
  virtual ~HostBus() = default;

  virtual std::uint32_t read32(std::uint64_t address) = 0;
  virtual void write32(std::uint64_t address, std::uint32_t value) = 0;
  /// Returns while the interrupt line is high; `idle` is called now and then meanwhile.
  virtual void wait_interrupt(const std::function<void()>& idle) = 0;
  /// Without time or side effect; returns the bytes read.
  virtual std::size_t peek(std::uint64_t address, std::span<std::byte> bytes) = 0;
  /// Returns when so much simulated time has passed.
  virtual void sleep(foundation::Duration length) = 0;
};

/// Drives the chip as its firmware would: registers, descriptor ring, doorbell, interrupt.
/// Throws ModelError where the chip reports an error that a correct program cannot cause.
class ChipDriver {
 public:
  ChipDriver(HostBus& bus, MemoryMap& memory);

  /// Takes the driver's part of host memory, without touching the chip; start() does it where it is not done.
  void reserve();
  /// Checks the identification and sets up the descriptor ring: after power-on.
  void start();

  /// Acknowledges what the chip has complained of, such as an access that it refused.
  void clear_errors();

  void write_registers(std::span<const model::RegisterWrite> writes);
  /// Without time or side effect; returns the bytes read.
  std::size_t peek(std::uint64_t address, std::span<std::byte> bytes) { return bus_.peek(address, bytes); }
  std::uint32_t read_register(std::uint64_t address) { return bus_.read32(address); }

  /// One matrix per layer, (inputs + 1) x outputs; the caller keeps them until the chip is done.
  void load_weights(const model::Mapping& mapping, std::span<const Matrix> weights);

  /// The weights as the arrays' own reads give them.
  std::vector<Matrix> read_weights(const model::NetworkSpec& network, const model::Mapping& mapping);

  /// The cells of one tile as they are, by debug transport; rows x columns in use.
  std::vector<float> peek_tile(const model::TileAssignment& tile, std::size_t tile_columns,
                               interconnect::CellPlane plane = interconnect::CellPlane::weight);
  /// One cell, row x tile columns + column, by debug transport.
  float peek_cell(interconnect::NodeId node, interconnect::CellPlane plane, std::size_t cell);

  /// Examples in host memory.
  struct Batch {
    std::uint64_t inputs = 0;   ///< address
    std::uint64_t labels = 0;   ///< address, 0: none
    std::uint64_t order = 0;    ///< address, 0: as they lie
    std::uint64_t outputs = 0;  ///< address, 0: none
    std::uint32_t count = 0;
    std::uint32_t stride = 0;
  };
  model::Completion train(const Batch& batch, const std::function<void()>& idle = {});
  model::Completion infer(const Batch& batch, const std::function<void()>& idle = {});
  model::Completion transfer();

  /// Examples trained so far, by debug transport.
  std::uint32_t peek_examples();

  /// Rings the doorbell for descriptors of the caller's making; returns the completion of the last.
  model::Completion run(std::span<model::Descriptor> descriptors, const std::function<void()>& idle = {});
  /// Waits for descriptors that were given to the chip before its state was saved and restored.
  model::Completion wait_done(const std::function<void()>& idle = {});

  void sleep(foundation::Duration length) { bus_.sleep(length); }

 private:
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.ring_, self.completions_, self.tail_, self.tag_);
  }

  model::Completion examples(model::DescriptorOperation operation, const Batch& batch,
                             const std::function<void()>& idle);

  HostBus& bus_;
  MemoryMap& memory_;
  std::uint64_t ring_ = 0;
  std::uint64_t completions_ = 0;
  std::uint32_t tail_ = 0;
  std::uint32_t tag_ = 0;
};

}  // namespace kirchhoff::testbenches
