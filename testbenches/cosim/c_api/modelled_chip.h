#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <systemc>
#include <vector>

#include "foundation/ledger.h"
#include "foundation/services.h"
#include "model/chip/chip.h"
#include "model/presets/configuration.h"
#include "testbenches/cosim/c_api/dma_memory.h"
#include "testbenches/cosim/c_api/external_host_module.h"
#include "testbenches/cosim/image/network_image.h"

namespace kirchhoff::testbenches {

/// What a chip is made from; as on the command line of kirchhoff-explore.
struct ChipOptions {
  std::string preset = "209k";  ///< or FILE.toml
  std::vector<std::string> sets;
  std::string technology;
  std::string style = "lt";        ///< lt, at
  std::string detail = "physics";  ///< physics, ideal
  std::size_t dma_bytes = std::size_t{1} << 30;
};

/// What a network is made for.
struct NetworkRequest {
  std::string data_set;  ///< "strokes" or a folder; empty: no examples, but these sizes
  std::size_t inputs = 0;
  std::size_t classes = 0;
  bool images = true;  ///< hidden layers of network.image_hidden, or of feature_hidden
  ImageLimits limits;
};

/// All of a chip but its modules: what can be refused, before SystemC knows of it.
struct ChipParts {
  /// Throws InputError where an option is wrong, or they contradict each other.
  explicit ChipParts(const ChipOptions& options);

  ChipOptions options;
  std::unique_ptr<model::Configuration> configuration;
  model::ChipDescription description;
  std::unique_ptr<DmaMemory> memory;
};

/// A chip with all around it in this process, and its program outside of the kernel: once per process, for
/// SystemC elaborates once.
class ModelledChip {
 public:
  explicit ModelledChip(ChipParts parts);

  [[nodiscard]] ExternalHost& host() { return host_; }
  [[nodiscard]] DmaMemory& memory() { return *parts_.memory; }
  [[nodiscard]] const model::Configuration& configuration() const { return *parts_.configuration; }
  [[nodiscard]] const ChipOptions& options() const { return parts_.options; }

  /// The network's image in DMA memory, and its plan, kept until the next is made. Throws InputError where
  /// the network does not fit the chip, or the image the memory.
  std::byte* make_image(const NetworkRequest& request);
  /// Of the last image that was made; null: none was.
  [[nodiscard]] const TrainingPlan* plan() const { return plan_ ? &*plan_ : nullptr; }

  /// What the chip has done so far, up to the program's time.
  [[nodiscard]] const foundation::Ledger& ledger();

 private:
  void check_room(const ImageLimits& limits) const;

  ChipParts parts_;
  foundation::Ledger ledger_;
  foundation::Services services_;
  std::optional<TrainingPlan> plan_;

  model::Chip chip_;
  ExternalHost host_;
  sc_core::sc_signal<bool> interrupt_{"interrupt"};
};

}  // namespace kirchhoff::testbenches
