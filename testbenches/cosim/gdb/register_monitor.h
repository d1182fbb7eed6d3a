#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "testbenches/cosim/gdb/gdb_target.h"

namespace kirchhoff::testbenches {

/// The chip's registers as text, read through the target without side effects; the chip's register map lies
/// at `base`. What `which` may be:
///
///   (nothing)                  all of host interface and sequencer but the tables
///   host, sequencer            one of them
///   tile N, router N           those of a node
///   anything else              registers of host interface and sequencer whose name contains it
///
/// One line per register: address, name, value, and the bits and fields that are not 0.
std::string registers_text(GdbTarget& target, std::uint32_t base, std::string_view which);

}  // namespace kirchhoff::testbenches
