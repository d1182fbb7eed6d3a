#include "interconnect/circuit.h"

#include <algorithm>

namespace kirchhoff::interconnect {

using foundation::Duration;

void hold_circuit(std::span<const RouteTree::Hop> hops, std::span<Reservations* const> links,
                  Reservations* entry, Duration buffer, Duration length, Duration ready,
                  std::span<Duration> begins, Duration settled) {
  // First how much later than at the entry the pulses are there, then when.
  for (std::size_t i = 0; i < hops.size(); ++i) {
    const std::uint16_t before = hops[i].before;
    begins[i] = buffer + (before == RouteTree::root ? Duration{0} : begins[before]);
  }
  Duration start = ready;
  for (bool later = true; later;) {  // whoever is busy moves the start to one of the ends of its intervals
    const Duration tried = start;
    if (entry != nullptr) {
      start = std::max(start, entry->first_free(start, length));
    }
    for (std::size_t i = 0; i < hops.size(); ++i) {
      start = std::max(start, links[i]->first_free(start + begins[i], length) - begins[i]);
    }
    later = start != tried;
  }
  if (entry != nullptr) {
    entry->reserve(start, length, settled);
  }
  for (std::size_t i = 0; i < hops.size(); ++i) {
    begins[i] = links[i]->reserve(start + begins[i], length, settled);
  }
}

}  // namespace kirchhoff::interconnect
