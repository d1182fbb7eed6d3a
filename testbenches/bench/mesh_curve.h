#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "testbenches/traffic/load_measurement.h"

namespace kirchhoff::testbenches {

/// Latency against load of uniform single-flit traffic on an 8 x 8 mesh.
struct MeshCurve {
  std::string name;
  std::vector<LoadPoint> points;
  double saturation =
      0;  ///< flits per node and cycle at three times the latency of an empty mesh; 0: not reached
  double hops_per_second = 0;  ///< wall clock
};

/// Both styles at the default parameters, and approximately timed with buffers of 4 flits; each in a process
/// of its own.
std::vector<MeshCurve> measure_mesh();

void print_mesh(const std::vector<MeshCurve>& curves);
void print_mesh_json(const std::vector<MeshCurve>& curves);

/// SVG, or PNG where the name ends so and the converter is there. Throws InputError where it cannot be
/// written.
void draw_mesh(const std::vector<MeshCurve>& curves, const std::filesystem::path& file);

}  // namespace kirchhoff::testbenches
