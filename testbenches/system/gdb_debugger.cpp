#include "testbenches/system/gdb_debugger.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace kirchhoff::testbenches {
namespace {

constexpr const char* gdb = "/usr/bin/gdb-multiarch";

}  // namespace

bool has_gdb() {
  return std::filesystem::exists(gdb);
}

Debugger::Debugger(std::uint16_t port, const std::vector<std::string>& commands, const std::string& elf) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  folder_ = std::filesystem::path(testing::TempDir()) /
            ("kirchhoff_gdb_" + std::string(test->name()) + "_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder_);
  std::ofstream script(folder_ / "script.gdb");
  script << "set pagination off\nset confirm off\nset architecture riscv:rv32\n"
            "set remotetimeout 20\nset tcp auto-retry on\n"
         << "target remote 127.0.0.1:" << port << "\n";
  for (const std::string& command : commands) {
    // An error in a script would end it; here it is printed and the session goes on.
    script << "python\ntry:\n  gdb.execute('''" << command
           << "''')\nexcept gdb.error as error:\n  print(error, flush=True)\nend\n";
  }
  script << "quit\n";
  script.close();
  std::vector<std::string> arguments{"-batch", "-nx", "-q", "-x", (folder_ / "script.gdb").string()};
  if (!elf.empty()) {
    arguments.push_back(elf);
  }
  gdb_ = std::make_unique<RunningProgram>(gdb, arguments, folder_);
}

Debugger::~Debugger() {
  gdb_.reset();
  std::filesystem::remove_all(folder_);
}

void Debugger::interrupt() const {
  gdb_->send(SIGINT);
}

std::string Debugger::output() {
  const ProgramOutcome outcome = gdb_->wait();
  return outcome.out + outcome.err;
}

}  // namespace kirchhoff::testbenches
