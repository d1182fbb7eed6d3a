#pragma once

#include "interconnect/topology.h"

namespace kirchhoff::interconnect {

/// How routes keep free of deadlock whatever way they take.
///
/// Virtual channels are layers. Within one layer a packet moves as XY routing has it: first along a row, then
/// along a column, never back. The turn that XY forbids, from a column into a row, takes the packet into the
/// next layer. Ordered by (layer, XY order), a buffer is waited for only by those before it, so that no
/// circle of waiting can close; a packet needs one channel more than it makes such turns. A multicast packet
/// holds a buffer until its last branch has left it and waits only for later ones, too. (Dally and Seitz,
/// IEEE Trans. Computers C-36, 547 (1987), with layers as their numbering; endpoints take whatever arrives.)
constexpr bool is_along_column(Port port) {
  return port == Port::north || port == Port::south;
}
constexpr bool is_along_row(Port port) {
  return port == Port::east || port == Port::west;
}

/// Does a packet that came in by `in` change to the next layer when it leaves by `out`? Both are ports with a
/// neighbour; what enters or leaves the mesh makes no turn.
constexpr bool raises_channel(Port in, Port out) {
  return is_along_column(in) && is_along_row(out);
}
constexpr bool is_u_turn(Port in, Port out) {
  return in == out;
}

}  // namespace kirchhoff::interconnect
