#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace kirchhoff::testbenches {

/// Folder of a real data set: $KIRCHHOFF_DATA, or the shared folder beside the project.
inline std::optional<std::filesystem::path> real_data(const std::string& name) {
  for (const char* variable : {"KIRCHHOFF_DATA", "KIRCHHOFF_SHARED"}) {
    if (const char* value = std::getenv(variable)) {
      const std::filesystem::path folder{value};
      const auto base = std::string{variable} == "KIRCHHOFF_DATA" ? folder : folder / "data";
      if (std::filesystem::is_directory(base / name)) {
        return base / name;
      }
    }
  }
  return std::nullopt;
}

}  // namespace kirchhoff::testbenches
