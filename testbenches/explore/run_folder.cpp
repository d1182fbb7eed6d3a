#include "testbenches/explore/run_folder.h"

#include <unistd.h>

#include <system_error>

#include "foundation/error.h"

namespace kirchhoff::testbenches {

namespace fs = std::filesystem;
using foundation::InputError;

fs::path make_run_folder(const Options& options, const std::string& what) {
  const fs::path preset = fs::path{options.preset}.stem();
  const fs::path folder =
      options.out.empty() ? fs::path{"runs"} / (preset.string() + "-" + what) : fs::path{options.out};
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw InputError("cannot create the output folder '" + folder.string() + "': " + error.message());
  }
  if (!fs::is_directory(folder) || ::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw InputError("cannot write into the output folder '" + folder.string() +
                     "'; choose another with --out");
  }
  return folder;
}

}  // namespace kirchhoff::testbenches
