#include "testbenches/cosim/cosim_report.h"

#include <nlohmann/json.hpp>

#include "foundation/energy_table.h"
#include "foundation/phase.h"
#include "model/chip/chip_description.h"
#include "testbenches/explore/git_version.h"
#include "testbenches/host/number_format.h"

namespace kirchhoff::testbenches {

using foundation::EnergyTable;
using foundation::Phase;
using foundation::to_seconds;
using Json = nlohmann::ordered_json;

namespace {

std::string hexadecimal(std::uint32_t value) {
  return hex_address(value);
}

EnergyTable energy_of(const CosimResult& result) {
  const auto& configuration = result.configuration;
  return {result.ledger,
          foundation::EnergyModel{configuration.technology, model::chip_shape(configuration).tile,
                                  model::energy_settings(configuration)}};
}

foundation::EnergyBreakdown total_of(const EnergyTable& table) {
  foundation::EnergyBreakdown total;
  for (std::size_t phase = 0; phase < foundation::phase_count; ++phase) {
    total += table.of_phase(static_cast<Phase>(phase));
  }
  return total;
}

Json run_group(const CosimResult& result) {
  const auto& configuration = result.configuration;
  return {{"firmware", result.firmware},
          {"preset", configuration.preset},
          {"seed", configuration.network.seed},
          {"style", result.options.chip.style},
          {"detail", result.options.chip.detail},
          {"technology", configuration.technology.name},
          {"git_version", git_version},
          {"quantum_s", to_seconds(result.options.quantum)},
          {"simulated_s", to_seconds(result.simulated)},
          {"wall_s", result.wall_s}};
}

Json end_group(const CosimResult& result) {
  const RunEnd& end = result.end;
  Json group = {{"reason", name_of(end.reason)},
                {"exit_code", end.exit_code()},
                {"firmware_code", end.code},
                {"pc", hexadecimal(end.pc)},
                {"where", result.functions.describe(end.pc)},
                {"waits_for_interrupt", end.waits},
                {"trap", nullptr}};
  if (end.reason == RunEnd::Reason::unhandled_trap) {
    group["trap"] = {{"cause", static_cast<std::uint32_t>(end.trap.cause)},
                     {"name", to_string(end.trap.cause)},
                     {"pc", hexadecimal(end.trap.pc)},
                     {"where", result.functions.describe(end.trap.pc)},
                     {"value", hexadecimal(end.trap.value)}};
  }
  return group;
}

Json image_group(const std::optional<CosimResult::Image>& image) {
  if (!image) {
    return nullptr;
  }
  return {{"data", image->data},
          {"network", image->network},
          {"bytes", image->bytes},
          {"tiles", image->tiles},
          {"train_examples", image->train_examples},
          {"test_examples", image->test_examples},
          {"epochs", image->epochs}};
}

Json chip_group(const foundation::Ledger& ledger) {
  const auto& counters = ledger.counters();
  Json elapsed = Json::object();
  for (std::size_t phase = 0; phase < foundation::phase_count; ++phase) {
    elapsed[std::string{foundation::phase_names[phase]} + "_s"] =
        to_seconds(ledger.elapsed(static_cast<Phase>(phase)));
  }
  return {{"training_examples", counters.training_examples},
          {"inference_examples", counters.inference_examples},
          {"transfers", counters.transfers},
          {"packets", counters.packets},
          {"hops", counters.hops},
          {"dma_bytes", counters.dma_bytes},
          {"dma_accesses", counters.dma_accesses},
          {"elapsed", elapsed}};
}

Json energy_group(const CosimResult& result) {
  const EnergyTable table = energy_of(result);
  const auto total = total_of(table);
  Json phases = Json::object();
  for (std::size_t phase = 0; phase < foundation::phase_count; ++phase) {
    phases[foundation::phase_names[phase]] = table.of_phase(static_cast<Phase>(phase)).total();
  }
  Json bookings = Json::object();
  for (std::size_t booking = 0; booking < foundation::booking_count; ++booking) {
    bookings[foundation::booking_names[booking]] = total.joules[booking];
  }
  return {{"total_j", total.total()}, {"by_phase_j", phases}, {"breakdown_j", bookings}};
}

std::string trap_text(const CosimResult& result) {
  const Trap& trap = result.end.trap;
  std::string text = to_string(trap.cause) + " at " + result.functions.describe(trap.pc);
  if (trap.cause == TrapCause::illegal_instruction) {
    text += ", instruction " + hexadecimal(trap.value);
  } else if (trap.cause == TrapCause::load_fault || trap.cause == TrapCause::store_fault) {
    text += ", address " + hexadecimal(trap.value);
  }
  return text;
}

}  // namespace

std::string cosim_report(const CosimResult& result) {
  const Json report = {{"schema", "kirchhoff.cosim/1"},
                       {"run", run_group(result)},
                       {"end", end_group(result)},
                       {"hart",
                        {{"instructions", result.instructions},
                         {"instruction_time_s", to_seconds(result.options.instruction_time)},
                         {"slept_s", to_seconds(result.slept)},
                         {"mips", result.mips()}}},
                       {"uart", result.uart},
                       {"image", image_group(result.image)},
                       {"chip", chip_group(result.ledger)},
                       {"energy", energy_group(result)}};
  // What firmware sends need not be UTF-8.
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string cosim_summary(const CosimResult& result) {
  const auto& counters = result.ledger.counters();
  const double simulated_s = to_seconds(result.simulated);
  const double slept_s = to_seconds(result.slept);
  std::string text = "Kirchhoff  cosim  " + result.firmware + "  ";
  text += result.end.reason == RunEnd::Reason::pass ? "PASS" : name_of(result.end.reason);
  text += "\n  hart    " + grouped(result.instructions) + " instructions, " + fixed(result.mips(), 1) +
          " MIPS, asleep " + fixed(simulated_s > 0 ? 100 * slept_s / simulated_s : 0, 1) + " % of the time\n";
  text += "  time    " + engineering(simulated_s, "s") + " simulated in " + fixed(result.wall_s, 2) +
          " s, quantum " + engineering(to_seconds(result.options.quantum), "s") + '\n';
  text += "  chip    " + grouped(counters.training_examples) + " examples trained, " +
          grouped(counters.inference_examples) + " inferred, " + grouped(counters.dma_bytes) +
          " bytes of DMA, " + engineering(total_of(energy_of(result)).total(), "J") + '\n';
  return text;
}

std::string complaint(const CosimResult& result) {
  const RunEnd& end = result.end;
  const std::string where = result.functions.describe(end.pc);
  switch (end.reason) {
    case RunEnd::Reason::pass:
    case RunEnd::Reason::killed:
      break;
    case RunEnd::Reason::interrupted:
      return "interrupted after " + engineering(to_seconds(result.simulated), "s") + " at " + where +
             (end.waits ? ", waiting for an interrupt of the accelerator or timer" : "");
    case RunEnd::Reason::failure:
      return "the firmware failed with code " + std::to_string(end.code);
    case RunEnd::Reason::instruction_limit:
      return "stopped after " + grouped(result.instructions) + " instructions (--max-instructions) at " +
             where;
    case RunEnd::Reason::time_limit:
      return "stopped after " + engineering(to_seconds(result.simulated), "s") +
             " of simulated time (--max-time) at " + where + (end.waits ? ", waiting for an interrupt" : "");
    case RunEnd::Reason::deadlock:
      return "deadlock: the hart waits for an interrupt (WFI before " + where +
             ") and nothing is left to happen, after " + engineering(to_seconds(result.simulated), "s");
    case RunEnd::Reason::unhandled_trap:
      return "unhandled trap: " + trap_text(result) +
             (end.handler == 0
                  ? "; the firmware has no trap handler (mtvec is 0)"
                  : "; its handler at " + result.functions.describe(end.handler) + " traps itself at once");
  }
  return {};
}

}  // namespace kirchhoff::testbenches
