#pragma once

#include <array>
#include <cstdint>

#include "foundation/register_doc.h"
#include "interconnect/packet_address.h"

/// What the host finds of a router in the window of its node, 32-bit words.
///
/// Access table: where accesses (reads and writes of a node's registers and cells, which all come from the
/// host interface and the sequencer at node 0) leave this router. A way around a broken link is programmed
/// from near to far: each router by the way programmed so far.
///
/// Reduction table: which packets of partial sums are added on their way, and where their sum goes
/// (ReductionUnit). Its size is in CAPABILITIES.
namespace kirchhoff::interconnect {

enum class RouterRegister : std::uint32_t {
  link_enable = 0x7f00,
  link_fault = 0x7f04,
};

namespace router_fields {
inline constexpr std::array<foundation::RegisterField, 5> links{{
    {0, 1, "NORTH", "to the north"},
    {1, 1, "EAST", "to the east"},
    {2, 1, "SOUTH", "to the south"},
    {3, 1, "WEST", "to the west"},
    {4, 1, "LOCAL", "to this node's tile"},
}};
inline constexpr std::array<foundation::RegisterField, 5> route{{
    {0, 1, "NORTH", "leave by the north port"},
    {1, 1, "EAST", "east port"},
    {2, 1, "SOUTH", "south port"},
    {3, 1, "WEST", "west port"},
    {4, 1, "LOCAL", "this node's tile"},
}};
inline constexpr std::array<foundation::RegisterField, 7> reduction{{
    {0, 16, "ROUTE", "packets of this route end here and are added"},
    {16, 1, "NORTH", "one comes by the north port"},
    {17, 1, "EAST", "by the east port"},
    {18, 1, "SOUTH", "by the south port"},
    {19, 1, "WEST", "by the west port"},
    {20, 1, "LOCAL", "from this node's tile"},
    {31, 1, "VALID", "counts where two inputs or more are named, and another route for the sum"},
}};
inline constexpr std::array<foundation::RegisterField, 1> reduction_sum{{
    {0, 16, "ROUTE", "of the sum; leaves by the ports of this route's entry in the route table"},
}};
}  // namespace router_fields

inline constexpr std::array<foundation::RegisterDoc, 2> router_register_docs{{
    {static_cast<std::uint32_t>(RouterRegister::link_enable), "LINK_ENABLE",
     foundation::RegisterAccess::read_write, 0x1f, "outgoing links that packets may take",
     router_fields::links},
    {static_cast<std::uint32_t>(RouterRegister::link_fault), "LINK_FAULT",
     foundation::RegisterAccess::read_only, 0,
     "outgoing links that are broken; LINK_ENABLE does not mend them", router_fields::links, true},
}};
static_assert(static_cast<std::uint32_t>(RouterRegister::link_enable) == router_registers_offset);

inline constexpr std::uint32_t access_nodes_per_word = 8;
inline constexpr std::uint32_t access_bits_per_node = 4;

inline constexpr std::array<foundation::RegisterDoc, 1> access_entry_docs{{
    {0x0, "PORTS", foundation::RegisterAccess::read_write, 0,
     "of word w, bits 4 i + 3 : 4 i: where accesses to node 8 w + i leave; 0 by XY, 1 north, 2 east, 3 "
     "south, "
     "4 west"},
}};
inline constexpr std::array<foundation::RegisterDoc, 1> route_entry_docs{{
    {0x0, "PORTS", foundation::RegisterAccess::read_write, 0,
     "where packets of the route with the entry's number go; several ports: multicast", router_fields::route},
}};
inline constexpr std::uint32_t reduction_entry_bytes = 8;
inline constexpr unsigned reduction_inputs_shift = 16;
inline constexpr std::uint32_t reduction_valid = 1U << 31;
inline constexpr std::array<foundation::RegisterDoc, 2> reduction_entry_docs{{
    {0x0, "INPUTS", foundation::RegisterAccess::read_write, 0,
     "what is added; writing it forgets what the entry holds", router_fields::reduction},
    {0x4, "SUM", foundation::RegisterAccess::read_write, 0, "where the sum goes",
     router_fields::reduction_sum},
}};
inline constexpr std::array<foundation::RegisterTable, 3> router_register_tables{{
    {static_cast<std::uint32_t>(router_access_table_offset), "ACCESS", sizeof(std::uint32_t),
     "nodes of the mesh / 8, rounded up", "ways of accesses", access_entry_docs},
    {static_cast<std::uint32_t>(router_reduction_table_offset), "REDUCTION", reduction_entry_bytes,
     "CAPABILITIES.REDUCTIONS", "partial sums added on their way; write INPUTS last", reduction_entry_docs},
    {static_cast<std::uint32_t>(router_table_offset), "ROUTE", sizeof(std::uint32_t),
     "TABLE_SIZES.ROUTE_ENTRIES", "route table", route_entry_docs},
}};

}  // namespace kirchhoff::interconnect
