#pragma once

#include <span>

#include "interconnect/route_tree.h"

namespace kirchhoff::interconnect {

/// Takes all links of a tree for pulses of this length that are ready at `ready`, as soon as all of them are
/// free when the pulses come: nothing stores a pulse on its way. links[i] belongs to hops[i] and is taken
/// from begins[i] on, a buffer later than the one before; `entry` is the sender's own link, null if it has
/// none. `settled` as for Reservations.
void hold_circuit(std::span<const RouteTree::Hop> hops, std::span<Reservations* const> links,
                  Reservations* entry, foundation::Duration buffer, foundation::Duration length,
                  foundation::Duration ready, std::span<foundation::Duration> begins,
                  foundation::Duration settled = foundation::Duration::min());

}  // namespace kirchhoff::interconnect
