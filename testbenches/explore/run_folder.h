#pragma once

#include <filesystem>
#include <string>

#include "testbenches/explore/options.h"

namespace kirchhoff::testbenches {

/// Makes the folder for results: that of --out, or runs/PRESET-<what>. Throws InputError where it cannot be
/// made or written into.
std::filesystem::path make_run_folder(const Options& options, const std::string& what);

}  // namespace kirchhoff::testbenches
