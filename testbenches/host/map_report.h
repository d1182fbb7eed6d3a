#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "interconnect/mesh_faults.h"
#include "model/network/program.h"
#include "testbenches/host/report.h"

namespace kirchhoff::testbenches {

/// A mapping and its plan as plain data.
[[nodiscard]] RunResult::Map map_of(const model::Mapping& mapping, const model::NetworkPlan& plan,
                                    const interconnect::MeshFaults& faults, const std::string& placement);

/// As it is in report.json under "map".
[[nodiscard]] nlohmann::ordered_json map_json(const RunResult::Map& map);

/// map.json: the same by itself, schema "kirchhoff.map/1". Throws InputError where it cannot be written.
void write_map(const std::filesystem::path& path, const RunResult::Map& map);

}  // namespace kirchhoff::testbenches
