#pragma once

namespace kirchhoff::testbenches {

/// From now on warnings of the model, such as of an access that the chip refuses, are one line each on
/// stderr, with the simulated time: firmware provokes them on purpose, and its own text should stay readable.
void show_warnings_as_lines();

}  // namespace kirchhoff::testbenches
