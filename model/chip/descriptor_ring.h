#pragma once

#include <cstdint>

#include "model/chip/descriptor.h"
#include "model/chip/error_cause.h"
#include "model/chip/sequencer_settings.h"

namespace kirchhoff::model {

/// The descriptor ring as the sequencer's registers describe it, and the rules for writing them.
///
/// Host and chip share it as NVMe queues are: the host writes descriptors and then RING_TAIL, the chip moves
/// RING_HEAD. It is empty where both are equal, so that one entry always stays free. A write that would break
/// the ring changes nothing and is reported.
class DescriptorRing {
 public:
  explicit DescriptorRing(SequencerSettings& settings) : settings_(settings) {}

  static constexpr bool governs(std::uint32_t offset) {
    return offset <= sequencer_register::ring_entries || offset == sequencer_register::ring_tail ||
           offset == sequencer_register::doorbell;
  }
  /// A write of the host to a register that the ring governs. `busy`: a descriptor is worked on.
  ErrorCause write(std::uint32_t offset, std::uint32_t value, bool busy);

  /// Descriptors from head to tail.
  [[nodiscard]] std::uint32_t outstanding() const;
  /// Host address of the one at the head.
  [[nodiscard]] std::uint64_t head_address() const;
  void pop();
  void discard();

 private:
  [[nodiscard]] std::uint32_t get(std::uint32_t offset) const { return settings_.get(offset); }
  ErrorCause add(std::uint32_t count);

  SequencerSettings& settings_;
};

}  // namespace kirchhoff::model
