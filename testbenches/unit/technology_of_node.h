#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "foundation/technology.h"

namespace kirchhoff::unit {

/// The technology file that comes with Kirchhoff: "90nm", "45nm", "14nm".
inline foundation::Technology technology_of_node(const std::string& node) {
  const std::filesystem::path root =
      std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  const std::filesystem::path path = root / "model" / "technology" / (node + ".toml");
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::stringstream text;
  text << file.rdbuf();
  return foundation::parse_technology(text.str(), path.filename().string());
}

}  // namespace kirchhoff::unit
