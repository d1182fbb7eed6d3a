#pragma once

#include <iosfwd>

#include "model/presets/configuration.h"

namespace kirchhoff::testbenches {

/// What the output goes to.
struct Display {
  int width = 0;  ///< columns of the terminal; 0 (a file or pipe): lines of any length
  bool colour = false;
};

/// The terminal behind standard output, by its size and by NO_COLOR; a pipe has neither width nor colour.
Display display_of_stdout();

/// The effective configuration for people: every parameter by section with value, range, mark and source,
/// then every technology parameter with low, base and high.
void print_configuration(std::ostream& out, const model::Configuration& configuration,
                         const Display& display);

/// The same for programs, schema "kirchhoff.config/1". Numbers are in the unit that stands beside them,
/// those of the technology in SI units (areas in um2).
void print_configuration_json(std::ostream& out, const model::Configuration& configuration);

}  // namespace kirchhoff::testbenches
