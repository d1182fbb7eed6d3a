// Speed of firmware on the platform beside that of the emulator alone, with an empty hook before every
// instruction, measured in the same run.
//
//   kirchhoff-bench-cosim [--json]

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <systemc>
#include <vector>

#include "foundation/error.h"
#include "model/chip/chip_description.h"
#include "model/presets/configuration.h"
#include "testbenches/cosim/cosim_platform.h"
#include "testbenches/cosim/elf/elf_program.h"
#include "testbenches/cosim/loader.h"
#include "testbenches/host/child.h"

namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t ram_bytes = 1U << 20;
constexpr double per_million = 1e-6;

ElfProgram program_named(const std::string& name) {
  return read_elf(std::string{KIRCHHOFF_PROGRAMS} + '/' + name + ".elf", {platform_map::ram_base, ram_bytes});
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct Figures {
  std::uint64_t instructions = 0;
  double wall_s = 0;
  [[nodiscard]] double mips() const { return per_million * static_cast<double>(instructions) / wall_s; }
};

/// Nothing around the emulator; the program's last access ends the run.
class Alone final : public EmulatorClient {
 public:
  std::uint32_t device_read(std::uint32_t, unsigned) override { return 0; }
  void device_write(std::uint32_t, unsigned, std::uint32_t) override { emulator.stop(); }
  void unmapped(std::uint32_t) override {}
  void exception(std::uint32_t) override { emulator.stop(); }

  Emulator emulator{*this};
};

void empty_hook(uc_struct* /*engine*/, std::uint64_t /*address*/, std::uint32_t /*bytes*/, void* /*user*/) {}

/// `instructions` of the program are counted on the platform.
double seconds_of_emulator(const ElfProgram& program) {
  return in_child<double>([&] {
    struct alignas(4096) Page {
      std::array<std::byte, 4096> bytes{};
    };
    std::vector<Page> pages(ram_bytes / sizeof(Page));
    const std::span<std::byte> ram{pages.front().bytes.data(), ram_bytes};
    load(ram, program, {});
    Alone alone;
    alone.emulator.map_memory(platform_map::ram_base, ram);
    alone.emulator.map_devices(platform_map::finisher_base, platform_map::finisher_bytes);
    alone.emulator.hook_instructions(empty_hook, nullptr);
    const auto begin = Clock::now();
    alone.emulator.run(program.entry);
    return seconds_since(begin);
  });
}

Figures run_on_platform(const ElfProgram& program, std::int64_t quantum_us) {
  return in_child<Figures>([&] {
    const auto configuration = model::load_configuration("209k", {});
    const auto description = model::describe_chip(*configuration, tiles::Detail::ideal);
    foundation::Ledger ledger{description.topology.node_count()};
    PlatformParameters parameters;
    parameters.reset_pc = program.entry;
    parameters.ram_bytes = ram_bytes;
    parameters.quantum = foundation::Duration{quantum_us * 1'000'000};
    CosimPlatform platform{description, parameters, foundation::Services{.ledger = ledger}, [](char) {}};
    load(platform.ram(), program, {});
    const auto begin = Clock::now();
    const auto end = platform.run();
    const double wall_s = seconds_since(begin);
    if (end.reason != RunEnd::Reason::pass) {
      throw foundation::ModelError("a program of the benchmark did not pass");
    }
    return Figures{platform.hart().core().executed(), wall_s};
  });
}

struct Report {
  double emulator_mips = 0;
  std::array<double, 3> platform_mips{};
  double register_accesses = 0;  ///< per second
  double interrupts = 0;         ///< per second
};
constexpr std::array<std::int64_t, 3> quanta_us{1, 10, 100};

/// The best of some rounds, in each of which everything is measured once: so that all meet the same machine.
Report measure() {
  constexpr int rounds = 5;
  constexpr double accesses = 2'000'000;  // of registers.S
  constexpr double interrupts = 200'000;  // of ticks.S
  const auto speed = program_named("speed");
  const auto registers = program_named("registers");
  const auto ticks = program_named("ticks");
  Report report;
  for (int round = 0; round < rounds; ++round) {
    std::uint64_t instructions = 0;
    for (std::size_t i = 0; i < quanta_us.size(); ++i) {
      const auto figures = run_on_platform(speed, quanta_us[i]);
      instructions = figures.instructions;
      report.platform_mips[i] = std::max(report.platform_mips[i], figures.mips());
    }
    const Figures alone{instructions, seconds_of_emulator(speed)};
    report.emulator_mips = std::max(report.emulator_mips, alone.mips());
    report.register_accesses =
        std::max(report.register_accesses, accesses / run_on_platform(registers, quanta_us[0]).wall_s);
    report.interrupts = std::max(report.interrupts, interrupts / run_on_platform(ticks, quanta_us[0]).wall_s);
  }
  return report;
}

void print(const Report& report) {
  std::printf("Firmware on the platform, chip 209k idle\n");
  std::printf("  emulator alone, empty hook   %7.1f MIPS\n", report.emulator_mips);
  for (std::size_t i = 0; i < quanta_us.size(); ++i) {
    std::printf("  quantum %3d us               %7.1f MIPS   %.2f of it\n", static_cast<int>(quanta_us[i]),
                report.platform_mips[i], report.platform_mips[i] / report.emulator_mips);
  }
  std::printf("  registers of the chip        %7.2f million accesses/s\n",
              per_million * report.register_accesses);
  std::printf("  interrupts                   %7.2f million/s\n", per_million * report.interrupts);
}

void print_json(const Report& report) {
  nlohmann::ordered_json json = {{"emulator_mips", report.emulator_mips},
                                 {"platform_mips", nlohmann::ordered_json::object()},
                                 {"register_accesses_per_s", report.register_accesses},
                                 {"interrupts_per_s", report.interrupts}};
  for (std::size_t i = 0; i < quanta_us.size(); ++i) {
    json["platform_mips"][std::to_string(quanta_us[i]) + "us"] = report.platform_mips[i];
  }
  std::cout << json.dump(2) << '\n';
}

}  // namespace

int sc_main(int argc, char* argv[]) {
  try {
    const bool json = argc == 2 && std::strcmp(argv[1], "--json") == 0;
    if (argc > 1 && !json) {
      throw foundation::InputError(std::string{"unknown argument '"} + argv[1] + "'; only --json is one");
    }
    const auto report = measure();
    json ? print_json(report) : print(report);
    return foundation::exit_pass;
  } catch (const foundation::InputError& error) {
    std::cerr << "kirchhoff: " << error.what() << std::endl;
    return foundation::exit_input;
  } catch (const std::exception& error) {
    std::cerr << "kirchhoff: " << error.what() << std::endl;
    return foundation::exit_model;
  }
}
