#pragma once

#include <filesystem>
#include <string>

#include "testbenches/host/report.h"

namespace kirchhoff::testbenches {

/// The report as text: schema "kirchhoff.report/1", SI units unless a key says otherwise, doubles that read
/// back to the same bits. run.wall_s and run.examples_per_wall_s are the only values that depend on the
/// machine.
[[nodiscard]] std::string report_json(const RunResult& result);

/// Written whole or not at all; InputError where it cannot be.
void write_report_json(const std::filesystem::path& path, const RunResult& result);

}  // namespace kirchhoff::testbenches
