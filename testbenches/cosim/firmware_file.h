#pragma once

#include <filesystem>
#include <string>

namespace kirchhoff::testbenches {

/// The file behind what the command line names: that file, or NAME.elf among the programs built beside this
/// one. Empty: train. Throws InputError where there is neither.
std::filesystem::path find_firmware(const std::string& name);

}  // namespace kirchhoff::testbenches
