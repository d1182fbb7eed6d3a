#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "testbenches/host/report.h"
#include "testbenches/host/terminal.h"

namespace kirchhoff::testbenches {

/// A file the run has written, and what is in it.
struct OutputFile {
  std::filesystem::path path;
  std::string holds;
};

/// The run in one screen: headline, breakdowns, learning curve, counts, checks, warnings, files. At most
/// 100 columns, fewer on a narrower terminal.
[[nodiscard]] std::string report_summary(const RunResult& result, const Terminal& terminal,
                                         std::span<const OutputFile> files);

}  // namespace kirchhoff::testbenches
