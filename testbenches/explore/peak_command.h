#pragma once

#include <iosfwd>

#include "model/presets/configuration.h"
#include "testbenches/explore/options.h"

namespace kirchhoff::testbenches {

/// One tile of the configuration with every array busy: efficiency with its uncertainty, breakdown, times,
/// what it hangs on and what the published figures would take. For people, or with options.json schema
/// "kirchhoff.peak/1". Activity is options.impose_activity, or where that is empty the closed form's duties
/// and conductances with the configuration's own slots, transfer interval and routes.
///
/// Throws InputError where the activity file cannot be read or is wrong.
void print_peak(std::ostream& out, const model::Configuration& configuration, const Options& options);

}  // namespace kirchhoff::testbenches
