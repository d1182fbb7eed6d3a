#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "model/validation/comparison.h"
#include "testbenches/host/terminal.h"

namespace kirchhoff::testbenches {

/// kirchhoff validate [DESIGN or FILE.toml ...] [--json]: the model beside published designs, on standard
/// output. `argv` as the program got it. Returns the exit code; bad usage throws InputError.
int validate(int argc, const char* const* argv);

struct ValidatedDesign {
  model::PublishedDesign design;
  std::vector<model::Comparison> comparisons;
};

/// The table: a line per published value, below each design what was assumed and why a value lies outside.
[[nodiscard]] std::string validation_table(const std::vector<ValidatedDesign>& designs,
                                           const Terminal& terminal);

/// Schema kirchhoff.validation/1, SI units unless the key of a value says otherwise.
void print_validation_json(std::ostream& out, const std::vector<ValidatedDesign>& designs);

}  // namespace kirchhoff::testbenches
