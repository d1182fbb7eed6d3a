#include "model/presets/embedded_files.h"

#include <algorithm>

namespace kirchhoff::model {

const EmbeddedFile* find_file(std::span<const EmbeddedFile> files, std::string_view name) {
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const EmbeddedFile& f) { return f.name == name; });
  return found == files.end() ? nullptr : &*found;
}

std::vector<std::string> names_of(std::span<const EmbeddedFile> files) {
  std::vector<std::string> names;
  names.reserve(files.size());
  for (const EmbeddedFile& file : files) {
    names.emplace_back(file.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace kirchhoff::model
