#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "interconnect/packet_address.h"

/// Registers of a router as the host programs them, 32-bit words at these byte offsets of the node window.
///
/// Access table, from router_access_table_offset: where accesses (reads and writes of a node's registers and
/// cells, which all come from the host interface and the sequencer at node 0) leave this router on their way
/// to node 8 w + i: bits 4 i + 3 : 4 i of word w, 0: by XY, 1 north, 2 east, 3 south, 4 west. Zero after
/// power-on. A way around a broken link is programmed from near to far: each router by the way programmed so
/// far.
namespace kirchhoff::interconnect {

enum class RouterRegister : std::uint32_t {
  link_enable = 0x7f00,
  link_fault = 0x7f04,
};

struct RouterRegisterDoc {
  RouterRegister address;
  std::string_view name;
  bool writable;
  std::string_view meaning;
};

inline constexpr std::array<RouterRegisterDoc, 2> router_register_docs{{
    {RouterRegister::link_enable, "LINK_ENABLE", true,
     "a bit per outgoing link: 0 north, 1 east, 2 south, 3 west, 4 to the tile; all ones after power-on"},
    {RouterRegister::link_fault, "LINK_FAULT", false,
     "the same bits: links that are broken, which LINK_ENABLE does not mend"},
}};
static_assert(static_cast<std::uint32_t>(RouterRegister::link_enable) == router_registers_offset);

inline constexpr std::uint32_t access_nodes_per_word = 8;
inline constexpr std::uint32_t access_bits_per_node = 4;

}  // namespace kirchhoff::interconnect
