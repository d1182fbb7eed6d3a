#pragma once

#include <string>

#include "testbenches/cosim/gdb/gdb_target.h"

namespace kirchhoff::testbenches {

/// The target's registers in GDB's XML (GDB manual, appendix G): RV32 integer registers and pc, and those
/// machine-level control and status registers that the target lets read.
std::string gdb_target_description(GdbTarget& target);

}  // namespace kirchhoff::testbenches
