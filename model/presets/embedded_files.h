#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kirchhoff::model {

/// A TOML file of ours, built into the library.
struct EmbeddedFile {
  std::string_view name;  ///< "209k"
  std::string_view path;  ///< "presets/209k.toml", for messages
  std::string_view text;
};

std::span<const EmbeddedFile> embedded_presets();
std::span<const EmbeddedFile> embedded_technologies();
/// Published designs, see model/validation/published_design.h.
std::span<const EmbeddedFile> embedded_designs();

/// Null where there is none of that name.
const EmbeddedFile* find_file(std::span<const EmbeddedFile> files, std::string_view name);
/// In alphabetical order.
std::vector<std::string> names_of(std::span<const EmbeddedFile> files);

}  // namespace kirchhoff::model
