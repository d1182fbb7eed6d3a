#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

#include "foundation/atomic_file.h"
#include "foundation/error.h"
#include "model/chip/register_text.h"

// Writes the register map as a C header (while the project is built) or as the tables of README.md.
namespace {

using kirchhoff::foundation::InputError;

/// The file with new tables between its markers.
std::string with_tables(const std::string& path) {
  std::ifstream file{path};
  std::stringstream contents;
  contents << file.rdbuf();
  const std::string text = contents.str();
  const std::string begin = "<!-- registers: begin -->\n";
  const std::size_t from = text.find(begin);
  const std::size_t to = text.find("<!-- registers: end -->");
  if (from == std::string::npos || to == std::string::npos || to < from) {
    throw InputError("'" + path + "' has no lines <!-- registers: begin --> and <!-- registers: end -->");
  }
  return text.substr(0, from + begin.size()) + kirchhoff::model::register_tables() + text.substr(to);
}

}  // namespace

int main(int argc, char* argv[]) {
  using namespace kirchhoff;
  const std::string_view what = argc == 3 ? argv[1] : "";
  try {
    if (what == "header") {
      foundation::write_file_atomically(argv[2], model::register_header());
    } else if (what == "tables") {
      foundation::write_file_atomically(argv[2], model::register_tables());
    } else if (what == "readme") {
      foundation::write_file_atomically(argv[2], with_tables(argv[2]));
    } else {
      throw InputError("usage: kirchhoff-registers header|tables|readme FILE");
    }
  } catch (const InputError& error) {
    std::cerr << "kirchhoff-registers: " << error.what() << '\n';
    return foundation::exit_input;
  }
  return foundation::exit_pass;
}
