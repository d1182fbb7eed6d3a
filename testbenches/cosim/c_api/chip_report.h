#pragma once

#include <string>

#include "testbenches/cosim/c_api/modelled_chip.h"

namespace kirchhoff::testbenches {

/// What the chip has done so far and what it cost, as text: the groups of report.json (schema
/// kirchhoff.report/1) that a chip knows of itself. Accuracy, learning and timeline are its program's.
std::string chip_report(ModelledChip& chip);

}  // namespace kirchhoff::testbenches
