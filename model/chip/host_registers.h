#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "foundation/duration.h"
#include "foundation/state_fields.h"
#include "model/chip/chip_management.h"
#include "model/chip/error_cause.h"

namespace kirchhoff::model {

/// Something that the sequencer, or a refused access, tells the host.
struct ChipEvent {
  std::uint32_t interrupts = 0;  ///< bits of Interrupt
  std::uint32_t errors = 0;      ///< bits of ChipError; set Interrupt's error bit, too
  Fault fault{};
  std::uint32_t tag = 0;
};

/// Registers of the host interface (register_map.h) and what they do, without sockets.
///
/// Cause, address and tag are those of the first error since ERROR_STATUS was 0: what follows is mostly its
/// consequence. Counters count from power-on or soft reset; reading a low word latches the upper one.
class HostRegisters {
 public:
  /// What is wired into the chip.
  struct Identity {
    std::uint32_t mesh_shape = 0;
    std::uint32_t tile_shape = 0;
    std::uint32_t capabilities = 0;
    std::uint32_t table_sizes = 0;
    std::uint32_t cycle_ps = 0;
  };

  HostRegisters(const Identity& identity, ChipManagement& chip);

  /// As the host reads; nothing where there is no register.
  std::optional<std::uint32_t> read(std::uint32_t offset, foundation::Duration at);
  /// Without side effect; the upper word of a counter is that of now.
  [[nodiscard]] std::optional<std::uint32_t> peek(std::uint32_t offset, foundation::Duration at) const;

  enum class Written : std::uint8_t { ok, no_register, read_only };
  /// Commands of CONTROL are given to the chip.
  Written write(std::uint32_t offset, std::uint32_t value);

  void note(const ChipEvent& event);
  [[nodiscard]] bool interrupt_level() const {
    return (word(host_register::interrupt_status) & word(host_register::interrupt_enable)) != 0;
  }
  [[nodiscard]] bool running() const { return (word(host_register::control) & control_run) != 0; }

  /// To the values of the map; counters count from `at`.
  void reset(foundation::Duration at);

 private:
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.words_, self.latched_, self.counted_before_);
  }

  void to_reset_values();
  [[nodiscard]] std::uint32_t word(std::uint32_t offset) const { return words_[offset / 4]; }
  std::uint32_t& word(std::uint32_t offset) { return words_[offset / 4]; }
  [[nodiscard]] std::uint32_t status() const;
  [[nodiscard]] std::uint64_t count(ChipCounter counter, foundation::Duration at) const;

  Identity identity_;
  ChipManagement& chip_;
  std::array<std::uint32_t, host_register_words> words_{};
  std::array<std::uint32_t, chip_counter_count> latched_{};  ///< upper words
  std::array<std::uint64_t, chip_counter_count> counted_before_{};
};

}  // namespace kirchhoff::model
