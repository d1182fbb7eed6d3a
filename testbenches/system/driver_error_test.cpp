#include <error_scenarios.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

#include "model/chip/error_cause.h"
#include "testbenches/system/driver_host.h"

// Every error of the register documentation as the C driver sees it. What a processor's instructions cannot
// do, bursts and byte enables, the host does by bare transactions.
namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;

int access(void* context, bus_access kind, std::uint32_t offset, unsigned bytes, std::uint32_t value) {
  auto& host = *static_cast<FirmwareHost*>(context);
  return host.transport(kind == BUS_READ ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND, offset, value,
                        bytes, kind == BUS_WRITE_WITH_BYTE_ENABLES)
                 .ok()
             ? 1
             : 0;
}

/// Causes that were provoked on a chip with these settings.
std::set<std::uint32_t> provoked(std::vector<std::string> sets) {
  sets.insert(sets.end(), {"network.image_hidden=[20]", "training.epochs=1"});
  FirmwareBench bench{sets};
  const auto data = load_data_set("strokes", {.train = 16, .test = 1});
  const auto image = make_image(*bench.configuration, plan_training(*bench.configuration, data), data);
  std::set<std::uint32_t> seen;
  bench.run([&](FirmwareHost& host) {
    DriverHost functions{host};
    kirchhoff_device chip;
    kirchhoff_network network;
    ASSERT_EQ(kirchhoff_open(&chip, &functions.hal, 16), KIRCHHOFF_OK);
    const auto place = functions.put(image);
    ASSERT_EQ(kirchhoff_network_open(&network, &chip, place.data, image.size(), place.address, nullptr),
              KIRCHHOFF_OK);
    ASSERT_EQ(kirchhoff_network_program(&network, 1'000'000'000), KIRCHHOFF_OK);
    error_bench errors{&chip, &network, &access, &host};
    for (std::size_t i = 0; i < error_scenario_count(); ++i) {
      error_result result;
      error_scenario_run(&errors, i, &result);
      std::array<char, KIRCHHOFF_TEXT_BYTES> text{};
      EXPECT_NE(result.outcome, ERROR_FAILED)
          << kirchhoff_cause_name(result.cause) << ": " << result.why
          << "; seen: " << kirchhoff_error_text(&result.error, text.data(), text.size());
      if (result.outcome == ERROR_SEEN) {
        EXPECT_EQ(result.error.status, model::error_bit(static_cast<model::ErrorCause>(result.cause)));
        seen.insert(result.cause);
      }
    }
  });
  return seen;
}

std::set<std::uint32_t> documented() {
  std::set<std::uint32_t> all;
  for (const auto& doc : model::error_cause_docs) {
    all.insert(static_cast<std::uint32_t>(doc.cause));
  }
  all.erase(KRCH_CAUSE_NONE);
  return all;
}

/// Some cells of the chip are broken, for SELF_TEST_WEIGHTS.
TEST(DriverErrors, EveryDocumentedOne) {
  EXPECT_EQ(provoked({"chip.quantum=1us", "faults.pcm_stuck_on=0.1", "faults.pcm_stuck_off=0.1"}),
            documented());
}

TEST(DriverErrors, AllButBrokenCellsOnAGoodChip) {
  auto all = documented();
  all.erase(KRCH_CAUSE_SELF_TEST_WEIGHTS);
  EXPECT_EQ(provoked({"chip.quantum=1us"}), all);
}

}  // namespace
