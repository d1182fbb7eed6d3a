#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "foundation/atomic_file.h"
#include "foundation/synapse_listener.h"
#include "model/network/synapse_place.h"
#include "testbenches/host/chip_driver.h"

namespace kirchhoff::testbenches {

/// Writes the lives of chosen synapses, one CSV file each, synapse_LAYER_ROW_COLUMN.csv:
/// time_s,example,event,g_capacitor_us,g_plus_us,g_minus_us,weight,polarity,pulses_up,pulses_down.
///
/// A row for every change; and one for every epoch, `epoch`, that the host reads by debug transport. Rows are
/// kept in memory while the simulation runs on, and go to the disk with every epoch. Conductances are left
/// empty in detail `ideal`, which has none.
class SynapseLives final : public foundation::SynapseListener {
 public:
  /// A synapse that is named twice is watched once. Throws InputError where one is outside the network or a
  /// file cannot be written.
  SynapseLives(const std::filesystem::path& folder, std::span<const model::SynapseName> synapses,
               const model::NetworkSpec& network, const model::Mapping& mapping);

  [[nodiscard]] std::vector<Watched> watched(std::uint32_t node) const override;
  void changed(std::uint32_t id, const foundation::SynapseChange& change) override;

  /// The host reads them at the end of an epoch.
  void add_epoch(ChipDriver& driver, std::size_t tile_columns, foundation::Duration now);

  /// Puts the files in their place. Without it there are none.
  void close();

  [[nodiscard]] std::vector<std::filesystem::path> paths() const;

 private:
  struct Life {
    model::SynapseName name;
    model::SynapsePlace place;
    std::filesystem::path path;
    std::unique_ptr<foundation::AtomicFile> file;
    std::string rows;
    foundation::SynapseChange last;
  };
  void append(Life& life, const char* event) const;

  std::vector<Life> lives_;
};

}  // namespace kirchhoff::testbenches
