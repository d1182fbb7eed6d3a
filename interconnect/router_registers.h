#pragma once

#include <array>

#include "foundation/register_doc.h"
#include "interconnect/packet_address.h"

/// What the host finds of a router in the window of its node.
namespace kirchhoff::interconnect {

namespace router_fields {
inline constexpr std::array<foundation::RegisterField, 5> route{{
    {0, 1, "NORTH", "leave by the north port"},
    {1, 1, "EAST", "east port"},
    {2, 1, "SOUTH", "south port"},
    {3, 1, "WEST", "west port"},
    {4, 1, "LOCAL", "this node's tile"},
}};
}  // namespace router_fields

inline constexpr std::array<foundation::RegisterDoc, 1> route_entry_docs{{
    {0x0, "PORTS", foundation::RegisterAccess::read_write, 0,
     "where packets of the route with the entry's number go; several ports: multicast", router_fields::route},
}};
inline constexpr std::array<foundation::RegisterTable, 1> router_register_tables{{
    {static_cast<std::uint32_t>(router_table_offset), "ROUTE", sizeof(std::uint32_t),
     "TABLE_SIZES.ROUTE_ENTRIES", "route table", route_entry_docs},
}};

}  // namespace kirchhoff::interconnect
