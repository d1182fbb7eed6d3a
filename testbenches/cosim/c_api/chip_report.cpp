#include "testbenches/cosim/c_api/chip_report.h"

#include <nlohmann/json.hpp>

#include "testbenches/explore/git_version.h"
#include "testbenches/host/report.h"
#include "testbenches/host/report_cost.h"
#include "testbenches/host/report_json.h"
#include "testbenches/host/run_description.h"

namespace kirchhoff::testbenches {

std::string chip_report(ModelledChip& chip) {
  const auto& configuration = chip.configuration();
  RunResult result;
  describe_chip(configuration, result);
  result.run.style = chip.options().style;
  result.run.detail = chip.options().detail;
  result.run.git_version = git_version;
  if (chip.plan() != nullptr) {  // as far as the chip's network was made here
    describe_network(chip.plan()->network, chip.plan()->mapping, result);
  }
  const auto layers = layers_of_tiles(result);
  price_run(cost_inputs(configuration, chip.ledger(), layers), result);
  add_provenance(configuration.technology, result);
  add_provenance(configuration.table, result);

  auto report = nlohmann::ordered_json::parse(report_json(result));
  for (const char* const unknown : {"accuracy", "power_off", "saturation", "map", "timeline", "checks"}) {
    report.erase(unknown);
  }
  for (const char* const unknown : {"name", "wall_s", "examples_per_wall_s"}) {
    report["run"].erase(unknown);
  }
  return report.dump(2) + "\n";
}

}  // namespace kirchhoff::testbenches
