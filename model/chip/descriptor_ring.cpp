#include "model/chip/descriptor_ring.h"

#include <limits>

namespace kirchhoff::model {

using namespace sequencer_register;

ErrorCause DescriptorRing::write(std::uint32_t offset, std::uint32_t value, bool busy) {
  const std::uint32_t entries = get(ring_entries);
  if (offset == doorbell) {
    return add(value);
  }
  if (offset == ring_tail) {
    return entries == 0 ? ErrorCause::ring_size : add((value % entries + entries - get(ring_tail)) % entries);
  }
  if (busy || outstanding() > 0) {
    return ErrorCause::ring_busy;
  }
  if (offset == ring_entries) {
    if (value == 1 || value > most_ring_entries) {
      return ErrorCause::ring_size;
    }
    settings_.put(ring_head, 0);  // a new ring is empty and starts at its first entry
    settings_.put(ring_tail, 0);
  }
  settings_.put(offset, value);
  return ErrorCause::none;
}

ErrorCause DescriptorRing::add(std::uint32_t count) {
  const std::uint32_t entries = get(ring_entries);
  if (entries == 0) {
    return ErrorCause::ring_size;
  }
  const std::uint64_t bytes = std::uint64_t{entries} * sizeof(Descriptor);
  if (settings_.ring_base() > std::numeric_limits<std::uint64_t>::max() - (bytes - 1)) {
    return ErrorCause::ring_address;
  }
  if (std::uint64_t{outstanding()} + count > entries - 1) {
    return ErrorCause::ring_overflow;
  }
  settings_.put(ring_tail, (get(ring_tail) + count) % entries);
  return ErrorCause::none;
}

std::uint32_t DescriptorRing::outstanding() const {
  const std::uint32_t entries = get(ring_entries);
  return entries == 0 ? 0 : (get(ring_tail) + entries - get(ring_head)) % entries;
}

std::uint64_t DescriptorRing::head_address() const {
  return settings_.ring_base() + std::uint64_t{get(ring_head)} * sizeof(Descriptor);
}

void DescriptorRing::pop() {
  settings_.put(ring_head, (get(ring_head) + 1) % get(ring_entries));
}

void DescriptorRing::discard() {
  settings_.put(ring_head, get(ring_tail));
}

}  // namespace kirchhoff::model
