#pragma once

#include <filesystem>
#include <memory>
#include <streambuf>

namespace kirchhoff::testbenches {

/// The decompressed bytes of a gzip file. Reading throws std::ios_base::failure where the file is corrupt.
std::unique_ptr<std::streambuf> open_gzip(const std::filesystem::path& path);

}  // namespace kirchhoff::testbenches
