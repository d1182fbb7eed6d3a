#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "foundation/state_fields.h"
#include "interconnect/packet.h"
#include "model/chip/address_map.h"

namespace kirchhoff::model {

/// The sequencer's register file and what it means.
class SequencerSettings {
 public:
  SequencerSettings();

  /// False where there is no such register or it cannot be written.
  bool write(std::uint32_t offset, std::uint32_t value);
  [[nodiscard]] std::optional<std::uint32_t> read(std::uint32_t offset) const;

  [[nodiscard]] std::uint32_t get(std::uint32_t offset) const { return words_[offset / 4]; }
  /// For the sequencer itself: also registers that the host may only read.
  void put(std::uint32_t offset, std::uint32_t value) { words_[offset / 4] = value; }
  [[nodiscard]] std::uint64_t ring_base() const;
  [[nodiscard]] float output_lsb() const;

  struct Flow {
    interconnect::RouteId route = interconnect::no_route;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  /// Valid entries of a kind, in table order.
  [[nodiscard]] std::vector<Flow> flows(SequencerFlow kind) const;

 private:
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(std::span{self.words_});
  }

  std::vector<std::uint32_t> words_;
};

}  // namespace kirchhoff::model
