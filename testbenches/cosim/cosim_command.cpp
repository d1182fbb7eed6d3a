#include "testbenches/cosim/cosim_command.h"

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <vector>

#include "foundation/atomic_file.h"
#include "foundation/error.h"
#include "interconnect/packet_time.h"
#include "model/chip/chip_description.h"
#include "testbenches/cosim/cosim_platform.h"
#include "testbenches/cosim/cosim_report.h"
#include "testbenches/cosim/debug_session.h"
#include "testbenches/cosim/elf/elf_program.h"
#include "testbenches/cosim/firmware_file.h"
#include "testbenches/cosim/hart_profile.h"
#include "testbenches/cosim/hart_trace.h"
#include "testbenches/cosim/image/network_image.h"
#include "testbenches/cosim/interrupt_picture.h"
#include "testbenches/cosim/loader.h"
#include "testbenches/cosim/observer_group.h"
#include "testbenches/cosim/profile/profile_text.h"
#include "testbenches/cosim/uart_console.h"
#include "testbenches/cosim/warning_lines.h"
#include "testbenches/explore/recorder.h"
#include "testbenches/explore/run_folder.h"
#include "testbenches/explore/scene_layers.h"
#include "testbenches/explore/stop_request.h"
#include "testbenches/host/data_set.h"
#include "testbenches/trace/gtkwave_save.h"

namespace kirchhoff::testbenches {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::uint32_t mebibyte = 1U << 20;

/// Network and data as the firmware finds them, and what is to be said of them.
struct LoadedImage {
  std::vector<std::byte> bytes;
  std::optional<CosimResult::Image> summary;
  std::vector<ExampleScene::Layer> layers;  ///< for GTKWave
};

LoadedImage make_image_of(const CosimOptions& options, const model::Configuration& configuration) {
  if (!options.image) {
    return {};
  }
  const auto data = load_data_set(options.chip.dataset, {options.chip.train, options.chip.test});
  const auto plan = plan_training(configuration, data);
  LoadedImage image;
  image.bytes = make_image(configuration, plan, data);
  image.summary = {.data = data.name,
                   .network = plan.network.name(),
                   .bytes = image.bytes.size(),
                   .train_examples = data.train.count(),
                   .test_examples = data.test.count(),
                   .epochs = static_cast<std::uint64_t>(configuration.network.epochs),
                   .tiles = plan.mapping.tiles.size()};
  image.layers = layers_of(plan.network, plan.mapping);
  return image;
}

/// As asked for, or more where the image needs it and nothing was asked for.
std::uint32_t ram_bytes_for(const CosimOptions& options, std::size_t image_bytes) {
  const std::uint64_t needed = platform_map::image_base - platform_map::ram_base + std::uint64_t{image_bytes};
  std::uint64_t bytes = std::uint64_t{options.ram_mib} * mebibyte;
  if (image_bytes == 0 || needed <= bytes) {
    return static_cast<std::uint32_t>(bytes);
  }
  const std::uint64_t mib = (needed + mebibyte - 1) / mebibyte;
  constexpr std::uint64_t most_mib = 2047;
  if (options.chip.given.count("ram") > 0 || mib > most_mib) {
    throw foundation::InputError("the network image of " + std::to_string(image_bytes) +
                                 " bytes ends beyond RAM; take --ram " + std::to_string(mib) +
                                 " or fewer examples (--train, --test)");
  }
  return static_cast<std::uint32_t>(mib * mebibyte);
}

PlatformParameters platform_parameters(const CosimOptions& options, const ElfProgram& program,
                                       std::uint32_t ram_bytes) {
  PlatformParameters parameters;
  parameters.reset_pc = program.entry;
  parameters.ram_bytes = ram_bytes;
  parameters.instruction_time = options.instruction_time;
  parameters.quantum = options.quantum;
  parameters.most_instructions = options.most_instructions.value_or(parameters.most_instructions);
  parameters.most_time = options.most_time.value_or(parameters.most_time);
  return parameters;
}

model::ChipDescription describe(const CosimOptions& options, const model::Configuration& configuration) {
  const auto detail = options.chip.detail == "ideal" ? tiles::Detail::ideal : tiles::Detail::physics;
  auto description = model::describe_chip(configuration, detail, coding_style(options.chip));
  if (!options.chip.trace) {
    description.traced_tile.reset();
  }
  return description;
}

fs::path run_folder(const CosimOptions& options, const fs::path& firmware) {
  Options chip = options.chip;
  if (chip.out.empty()) {
    chip.out = (fs::path{"runs"} / ("cosim-" + firmware.stem().string())).string();
  }
  return make_run_folder(chip, "");
}

}  // namespace

int cosim(const CosimOptions& options) {
  const fs::path firmware = find_firmware(options.firmware);
  const auto configuration =
      model::load_configuration(options.chip.preset, options.chip.sets, options.chip.technology);
  // Before the data are made: a bad file should not take time to be refused.
  constexpr std::uint64_t most_ram = std::uint64_t{1} << 31;
  read_elf(firmware, {platform_map::ram_base, most_ram});
  const LoadedImage image = make_image_of(options, *configuration);
  const std::uint32_t ram_bytes = ram_bytes_for(options, image.bytes.size());
  const ElfProgram program = read_elf(firmware, {platform_map::ram_base, ram_bytes});
  const auto line = options.gdb_port ? std::make_unique<TcpLine>(*options.gdb_port) : nullptr;
  const StopRequest stop{true};
  const fs::path folder = run_folder(options, firmware);

  Recorder recorder{options.chip, *configuration, folder};
  const auto description = describe(options, *configuration);
  foundation::Ledger ledger{description.topology.node_count()};
  const foundation::Services services{
      ledger,  recorder.waveforms(),   static_cast<std::uint64_t>(configuration->network.seed), nullptr,
      nullptr, recorder.transactions()};
  show_warnings_as_lines();
  UartConsole console{options.json ? nullptr : &std::cout};
  CosimPlatform platform{description, platform_parameters(options, program, ram_bytes), services,
                         [&console](char character) { console.put(character); }};
  load(platform.ram(), program, image.bytes);

  std::optional<HartTrace> trace;
  if (services.trace != nullptr) {
    trace.emplace(*services.trace, platform.hart(), program.functions);
    services.trace->end_of_declarations();
  }
  std::optional<DebugSession> debugger;
  if (line) {
    debugger.emplace(*line, platform);
    std::cerr << "kirchhoff: waiting for a debugger: gdb-multiarch " << firmware.string()
              << " -ex 'target remote 127.0.0.1:" << line->port() << '\'' << std::endl;
  }
  Profile profile{program.functions,
                  [&](std::uint64_t executed) { return platform.hart().time_of(executed); }};
  HartProfile hart_profile{profile};
  ObserverGroup observers;
  if (trace) {
    observers.add(*trace);
  }
  if (options.profile) {
    observers.add(hart_profile);
  }
  platform.hart().attach(debugger ? &debugger->server() : nullptr, observers.observer());

  CosimResult result{.options = options,
                     .configuration = *configuration,
                     .ledger = ledger,
                     .functions = program.functions,
                     .firmware = firmware.string(),
                     .image = image.summary};
  const auto began = Clock::now();
  result.end = platform.run([] { return StopRequest::came(); });
  result.wall_s = std::chrono::duration<double>(Clock::now() - began).count();
  console.finish();
  if (debugger) {
    result.wall_s -= std::chrono::duration<double>(debugger->server().halted()).count();
    debugger->server().exited(result.end.exit_code());
  }
  result.simulated = interconnect::to_duration(sc_core::sc_time_stamp());
  result.slept = platform.hart().slept();
  result.instructions = platform.hart().core().executed();
  result.uart = console.text();
  if (services.trace != nullptr) {
    services.trace->settle(result.simulated);
  }
  if (auto* waveforms = recorder.waveforms()) {
    const auto window =
        options.chip.trace_window.value_or(Options::Window{foundation::Duration{0}, result.simulated});
    foundation::write_file_atomically(
        folder / "trace.gtkw",
        gtkwave_save("trace.vcd", waveforms->entries(), image.layers, window.begin, window.end));
  }
  recorder.close();
  const bool drawn =
      options.chip.trace &&
      draw_interrupt(folder / "trace.vcd", "An interrupt of the chip in " + firmware.filename().string());
  const auto spent = profile.finish(result.instructions, result.simulated);

  const std::string report = cosim_report(result);
  const std::string trouble = complaint(result);
  if (!trouble.empty()) {
    std::cerr << "kirchhoff: " << trouble << std::endl;
  }
  foundation::write_file_atomically(folder / "report.json", report);
  foundation::write_file_atomically(folder / "config.toml", model::effective_toml(*configuration));
  if (options.profile) {
    foundation::write_file_atomically(folder / "profile.csv", profile_csv(spent));
    if (!options.json) {
      std::cout << profile_text(spent) << std::flush;
    }
  }
  if (options.json) {
    std::cout << report << std::flush;
  } else if (!options.chip.quiet) {
    std::cout << cosim_summary(result) << "  files   " << folder.string()
              << (drawn ? "  (interrupt.svg: firmware and chip around an interrupt)\n" : "\n") << std::flush;
  }
  return result.end.exit_code();
}

}  // namespace kirchhoff::testbenches
