#include "testbenches/cosim/firmware_file.h"

#include <algorithm>
#include <system_error>
#include <vector>

#include "foundation/error.h"

namespace kirchhoff::testbenches {

namespace fs = std::filesystem;

namespace {

/// Where the build puts firmware: <build>/firmware beside <build>/bin.
fs::path built_firmware() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return program.parent_path().parent_path() / "firmware";
}

std::string programs_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{folder, error}) {
    if (entry.path().extension() == ".elf") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  std::string all;
  for (const std::string& name : names) {
    all += (all.empty() ? "" : ", ") + name;
  }
  return all;
}

}  // namespace

fs::path find_firmware(const std::string& name) {
  const std::string wanted = name.empty() ? "train" : name;
  std::error_code error;
  if (!name.empty() && fs::exists(wanted, error)) {
    return wanted;
  }
  const fs::path folder = built_firmware();
  const fs::path built = folder / (wanted + ".elf");
  if (wanted.find('/') == std::string::npos && fs::exists(built, error)) {
    return built;
  }
  const std::string programs = programs_in(folder);
  throw foundation::InputError(
      "there is no firmware '" + wanted + "'; give an ELF file" +
      (programs.empty() ? ", as made by ./kirchhoff cosim with the cross compiler gcc-riscv64-unknown-elf"
                        : ", or one of: " + programs));
}

}  // namespace kirchhoff::testbenches
