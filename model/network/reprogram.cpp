#include "model/network/reprogram.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <unordered_set>

#include "interconnect/packet_address.h"
#include "model/chip/address_map.h"
#include "model/chip/sequencer_settings.h"
#include "tiles/tile_settings.h"

namespace kirchhoff::model {

namespace {

bool is_sequencer(std::uint64_t address) {
  return address >= sequencer_registers_base &&
         address < sequencer_registers_base + sequencer_registers_bytes;
}

std::uint32_t in_window(std::uint64_t address) {
  return static_cast<std::uint32_t>((address - interconnect::node_window_base) %
                                    interconnect::node_window_bytes);
}

bool is_control(std::uint64_t address) {
  return !is_sequencer(address) &&
         in_window(address) == static_cast<std::uint32_t>(tiles::TileRegister::control);
}

/// The word of a tile's flow that makes it valid. It takes the others over with each write to the entry: one
/// that still names a route of the old network would take that route away from a new entry.
bool is_valid_word(std::uint64_t address) {
  return !is_sequencer(address) && in_window(address) >= tiles::flow_table_offset &&
         in_window(address) < interconnect::router_access_table_offset &&
         (in_window(address) - tiles::flow_table_offset) % tiles::flow_entry_bytes == 0;
}

/// What a register holds after power-on; nothing where it belongs to the chip and not to a network.
class PowerOnValues {
 public:
  [[nodiscard]] std::optional<std::uint32_t> of(std::uint64_t address) const {
    if (is_sequencer(address)) {
      return sequencer_.read(static_cast<std::uint32_t>(address - sequencer_registers_base));
    }
    const std::uint32_t offset = in_window(address);
    if (offset >= interconnect::router_access_table_offset && offset < interconnect::router_table_offset) {
      const bool is_reduction =
          offset >= interconnect::router_reduction_table_offset &&
          offset < interconnect::router_reduction_table_offset + interconnect::router_reduction_table_bytes;
      return is_reduction ? std::optional{std::uint32_t{0}} : std::nullopt;
    }
    const bool is_table = offset >= tiles::flow_table_offset;  // of flows or of routes: empty
    return is_table ? std::optional{std::uint32_t{0}} : tile_.read(offset);
  }

 private:
  SequencerSettings sequencer_;
  tiles::TileSettings tile_{0, 0};
};

}  // namespace

std::vector<RegisterWrite> erase_program(std::span<const RegisterWrite> program,
                                         std::span<const RegisterWrite> kept) {
  std::unordered_set<std::uint64_t> done;
  for (const RegisterWrite& write : kept) {
    if (!is_control(write.address) && !is_valid_word(write.address)) {
      done.insert(write.address);
    }
  }
  const PowerOnValues power_on;
  std::vector<RegisterWrite> writes;
  for (const RegisterWrite& write : program) {
    const auto value = power_on.of(write.address);
    if (value && done.insert(write.address).second) {
      writes.push_back({write.address, *value});
    }
  }
  std::stable_partition(writes.begin(), writes.end(),
                        [](const RegisterWrite& write) { return is_control(write.address); });
  return writes;
}

std::vector<RegisterWrite> reprogram(std::span<const RegisterWrite> from, std::span<const RegisterWrite> to) {
  std::vector<RegisterWrite> writes = erase_program(from, to);
  writes.insert(writes.end(), to.begin(), to.end());
  return writes;
}

std::vector<RegisterWrite> sequencer_part(std::span<const RegisterWrite> program) {
  std::vector<RegisterWrite> writes;
  std::copy_if(program.begin(), program.end(), std::back_inserter(writes),
               [](const RegisterWrite& write) { return is_sequencer(write.address); });
  return writes;
}

}  // namespace kirchhoff::model
