#include "testbenches/trace/png.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <system_error>
#include <vector>

extern char** environ;

namespace kirchhoff::testbenches {

namespace fs = std::filesystem;

bool draw_png(const fs::path& svg, const fs::path& png) {
  const fs::path temporary = png.string() + ".tmp-" + std::to_string(::getpid());
  std::vector<std::string> arguments{"rsvg-convert", "--zoom",   "2",       "--format",
                                     "png",          "--output", temporary, svg.string()};
  std::vector<char*> argv;
  for (std::string& argument : arguments) {
    argv.push_back(argument.data());
  }
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  int status = -1;
  if (::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ) == 0) {
    ::waitpid(child, &status, 0);
  }
  posix_spawn_file_actions_destroy(&actions);
  std::error_code error;
  const bool drawn = status == 0 && fs::exists(temporary, error);
  if (drawn) {
    fs::rename(temporary, png, error);
  }
  if (!drawn || error) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    fs::remove(png, ignored);
    return false;
  }
  return true;
}

}  // namespace kirchhoff::testbenches
