#include <gtest/gtest.h>
#include <kirchhoff_registers.h>

#include <fstream>
#include <set>
#include <sstream>

#include "foundation/energy_table.h"
#include "model/chip/register_text.h"
#include "testbenches/system/firmware_bench.h"

// The register map's table against what the chip does, register by register.
namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
namespace mr = model;
using foundation::RegisterAccess;

struct Place {
  const foundation::RegisterDoc* doc;
  std::uint64_t address;
};

/// Every register of the map: per-node ones at two nodes, of tables the first and the last entry.
std::vector<Place> every_register(const mr::ChipDescription& chip) {
  std::vector<Place> places;
  for (const auto& window : mr::register_map) {
    const std::uint64_t last = window.stride == 0 ? 0 : chip.topology.node_count() - 1;
    for (const std::uint64_t node : std::set<std::uint64_t>{0, last}) {
      const std::uint64_t base = window.base + node * window.stride;
      for (const auto& doc : window.registers) {
        places.push_back({&doc, base + doc.offset});
      }
      for (const auto& table : window.tables) {
        const std::size_t entries = table.name == "FLOW"        ? mr::sequencer_flow_entries
                                    : table.name == "RECEIVE"   ? chip.tile.flow_entries
                                    : table.name == "ROUTE"     ? chip.route_entries
                                    : table.name == "REDUCTION" ? chip.link.reduction_entries
                                                                : 1;
        if (entries == 0) {
          continue;
        }
        for (const std::size_t entry : std::set<std::size_t>{0, entries - 1}) {
          for (const auto& doc : table.words) {
            places.push_back({&doc, base + table.offset + entry * table.entry_bytes + doc.offset});
          }
        }
      }
    }
  }
  return places;
}

/// A network of two layers, programmed and loaded, and a few examples.
struct Trained {
  explicit Trained(FirmwareBench& bench) : data(load_data_set("strokes", {.train = 8, .test = 1})) {
    bench.map(528, 10, true);
    weights = initial_weights(bench.widths(), Activation::logistic, 1);
  }
  void program(FirmwareBench& bench, FirmwareHost& host) {
    host.driver.start();
    host.driver.write_registers(bench.program(0.1));
  }
  DataSet data;
  std::vector<Matrix> weights;
};

void expect_reset_values(FirmwareHost& host, const mr::ChipDescription& chip) {
  for (const auto& [doc, address] : every_register(chip)) {
    const auto value = host.peek32(address);
    ASSERT_TRUE(value.has_value()) << doc->name << " at " << std::hex << address;
    const bool runs_on = address == mr::counter_register(mr::ChipCounter::cycles) ||
                         address == mr::counter_register(mr::ChipCounter::energy_pj);
    if (runs_on) {
      EXPECT_LT(*value, 2000U) << doc->name;  // of the time since, a microsecond or two
    } else if (!doc->of_chip) {
      EXPECT_EQ(*value, doc->reset) << doc->name << " at " << std::hex << address;
    }
  }
}

TEST(RegisterMap, NoTwoRegistersShareAnOffset) {
  FirmwareBench bench{{"mesh.reduction=routers"}};  // all tables
  std::set<std::uint64_t> addresses;
  for (const auto& place : every_register(bench.description)) {
    EXPECT_TRUE(addresses.insert(place.address).second) << place.doc->name;
    std::uint32_t used = 0;
    for (const auto& field : place.doc->fields) {
      EXPECT_EQ(used & field.mask(), 0U) << place.doc->name << "." << field.name;
      used |= field.mask();
    }
  }
}

TEST(RegisterMap, ResetValuesAfterPowerOn) {
  FirmwareBench bench{{"mesh.reduction=routers"}};  // all tables
  bench.run([&](FirmwareHost& host) { expect_reset_values(host, bench.description); });
}

TEST(RegisterMap, EveryRegisterHasTheAccessOfTheTable) {
  FirmwareBench bench{{"mesh.reduction=routers"}};  // all tables
  bench.run([&](FirmwareHost& host) {
    for (const auto& [doc, address] : every_register(bench.description)) {
      SCOPED_TRACE(std::string(doc->name) + " at " + std::to_string(address));
      const auto before = host.get(address);
      ASSERT_TRUE(before.ok());
      switch (doc->access) {
        case RegisterAccess::read_only:
          EXPECT_EQ(host.put(address, ~before.value).status, tlm::TLM_COMMAND_ERROR_RESPONSE);
          EXPECT_EQ(host.host(mr::host_register::error_status), mr::error_bus);
          EXPECT_EQ(host.host(mr::host_register::error_cause),
                    static_cast<std::uint32_t>(mr::ErrorCause::read_only));
          EXPECT_EQ(host.host(mr::host_register::error_address_low), address);
          break;
        case RegisterAccess::read_write: {
          // 3: within what every register takes, ports of a route and sizes of a ring included.
          const std::uint32_t kept = address == mr::host_register::control ? 1U : 3U;
          EXPECT_TRUE(host.put(address, 3).ok());
          const bool tail = address == mr::sequencer_registers_base + mr::sequencer_register::ring_tail;
          EXPECT_EQ(host.get(address).value, tail ? 0U : kept);
          EXPECT_TRUE(host.put(address, before.value).ok());
          break;
        }
        case RegisterAccess::write_only:
          EXPECT_EQ(before.value, 0U);
          EXPECT_TRUE(host.put(address, 0).ok());
          break;
        case RegisterAccess::write_one_to_clear:
          EXPECT_TRUE(host.put(address, ~0U).ok());
          EXPECT_EQ(host.get(address).value, 0U);
          break;
      }
      // A doorbell without a ring, tiles enabled without settings: errors of their own.
      host.set_host(mr::host_register::error_status, ~0U);
      host.set_host(mr::host_register::interrupt_status, ~0U);
    }
  });
}

TEST(RegisterMap, DebugReadsHaveNoSideEffectAndTakeNoTime) {
  FirmwareBench bench{{}};
  Trained trained{bench};
  bench.run([&](FirmwareHost& host) {
    trained.program(bench, host);
    host.driver.load_weights(bench.mapping, trained.weights);
    host.driver.train(batch_of(host.memory, trained.data.train));
    host.get(0xff0);                                              // an error and an interrupt
    host.host(mr::counter_register(mr::ChipCounter::energy_pj));  // latches
    const std::string before = bench.state();
    const auto time = sc_core::sc_time_stamp();
    std::vector<std::uint32_t> values;
    for (int round = 0; round < 2; ++round) {
      std::size_t at = 0;
      for (const auto& place : every_register(bench.description)) {
        const auto value = host.peek32(place.address);
        ASSERT_TRUE(value.has_value()) << place.doc->name;
        if (round == 0) {
          values.push_back(*value);
        } else {
          EXPECT_EQ(*value, values[at]) << place.doc->name;
        }
        ++at;
      }
      std::vector<float> row(bench.description.tile.columns);
      for (interconnect::NodeId node = 0; node < 32; ++node) {
        for (std::size_t cell = 0; cell < bench.description.tile.rows * row.size(); cell += row.size()) {
          for (const auto plane :
               {interconnect::CellPlane::weight, interconnect::CellPlane::g_plus_us,
                interconnect::CellPlane::g_minus_us, interconnect::CellPlane::g_capacitor_us}) {
            const auto bytes = std::as_writable_bytes(std::span{row});
            ASSERT_EQ(host.peek(interconnect::cell_address(node, plane, cell), bytes), bytes.size());
          }
        }
      }
    }
    EXPECT_EQ(sc_core::sc_time_stamp(), time);
    EXPECT_EQ(bench.state(), before);
    // Nor does debug transport write.
    std::uint32_t word = ~0U;
    for (const auto& place : every_register(bench.description)) {
      EXPECT_EQ(
          host.debug(tlm::TLM_WRITE_COMMAND, place.address, std::as_writable_bytes(std::span{&word, 1})), 0U);
    }
    EXPECT_EQ(bench.state(), before);
  });
}

TEST(RegisterMap, DebugReadsNothingWhereNothingIs) {
  FirmwareBench bench{{}};
  bench.run([&](FirmwareHost& host) {
    for (const std::uint64_t address :
         {std::uint64_t{0x70}, std::uint64_t{0x2}, std::uint64_t{0x1048}, std::uint64_t{0x9000},
          interconnect::node_register_address(32, 0), interconnect::node_register_address(1ULL << 31, 0),
          interconnect::cell_address(32, interconnect::CellPlane::weight, 0), ~std::uint64_t{3}}) {
      EXPECT_FALSE(host.peek32(address).has_value()) << std::hex << address;
    }
  });
}

TEST(RegisterMap, CountersAreThoseOfTheLedger) {
  FirmwareBench bench{{}};
  Trained trained{bench};
  bench.run([&](FirmwareHost& host) {
    trained.program(bench, host);
    host.driver.load_weights(bench.mapping, trained.weights);
    host.driver.train(batch_of(host.memory, trained.data.train));
    host.driver.infer(batch_of(host.memory, trained.data.train));
    const auto read = [&](mr::ChipCounter counter) {
      const std::uint64_t low = *host.peek32(mr::counter_register(counter));
      return low | std::uint64_t{*host.peek32(mr::counter_register(counter) + 4)} << 32;
    };
    const auto& counters = bench.ledger.counters();
    EXPECT_EQ(read(mr::ChipCounter::examples), 8U);
    EXPECT_EQ(read(mr::ChipCounter::inferences), 8U);
    EXPECT_EQ(read(mr::ChipCounter::packets), counters.packets);
    EXPECT_GT(counters.packets, 100U);
    EXPECT_EQ(read(mr::ChipCounter::dma_bytes), counters.dma_bytes);
    EXPECT_EQ(read(mr::ChipCounter::cycles),
              static_cast<std::uint64_t>(interconnect::to_duration(sc_core::sc_time_stamp()) /
                                         bench.description.link.cycle));
    // The sequencer is idle: its traffic is in the ledger.
    const foundation::EnergyTable table{bench.ledger, *bench.description.energy};
    double joules = 0;
    for (std::size_t phase = 0; phase < foundation::phase_count; ++phase) {
      joules += table.of_phase(static_cast<foundation::Phase>(phase)).total();
    }
    EXPECT_GT(joules, 1e-9);
    EXPECT_EQ(read(mr::ChipCounter::energy_pj), static_cast<std::uint64_t>(joules * 1e12));
  });
}

TEST(RegisterMap, SoftResetGivesResetValuesAndLeavesWeights) {
  FirmwareBench bench{{}};
  Trained trained{bench};
  bench.run([&](FirmwareHost& host) {
    trained.program(bench, host);
    host.driver.load_weights(bench.mapping, trained.weights);
    const auto batch = batch_of(host.memory, trained.data.train);
    const auto first = host.driver.train(batch);
    EXPECT_EQ(first.count, 8U);
    host.get(0xff0);
    const auto before = bench.weights(host);
    host.set_host(mr::host_register::control, mr::control_run | mr::control_soft_reset);
    expect_reset_values(host, bench.description);
    EXPECT_EQ(bench.weights(host), before);
    EXPECT_FALSE(host.interrupt.read());
    // Programmed again it goes on with the weights it had: better than at the first time.
    trained.program(bench, host);
    const auto second = host.driver.train(batch);
    EXPECT_EQ(second.count, 8U);
    EXPECT_LT(second.loss, first.loss);
    EXPECT_EQ(*host.peek32(mr::counter_register(mr::ChipCounter::examples)), 8U);
  });
}

TEST(RegisterMap, SoftResetWhileADescriptorIsUnderWay) {
  FirmwareBench bench{{"chip.quantum=1us"}};
  Trained trained{bench};
  bench.run([&](FirmwareHost& host) {
    trained.program(bench, host);
    host.driver.load_weights(bench.mapping, trained.weights);
    host.make_ring(8);
    const auto batch = batch_of(host.memory, trained.data.train);
    mr::Descriptor train;
    train.operation = static_cast<std::uint32_t>(mr::DescriptorOperation::train);
    train.count = 8;
    train.input_address = batch.inputs;
    train.label_address = batch.labels;
    train.stride = batch.stride;
    const auto place = host.push(train);
    host.ring_doorbell();
    host.sleep(foundation::Duration{5'000'000});
    EXPECT_NE(host.host(mr::host_register::status) & mr::status_busy, 0U);
    host.set_host(mr::host_register::control, mr::control_run | mr::control_soft_reset);
    EXPECT_NE(host.host(mr::host_register::status) & mr::status_resetting, 0U);
    for (int i = 0; i < 100 && (host.host(mr::host_register::status) & mr::status_resetting) != 0; ++i) {
      host.sleep(foundation::Duration{1'000'000});
    }
    expect_reset_values(host, bench.description);
    EXPECT_EQ(host.record(place).completion.time_ps, 0U);  // no record
    EXPECT_LT(bench.ledger.counters().training_examples, 8U);
    trained.program(bench, host);
    EXPECT_EQ(host.driver.train(batch).count, 8U);
  });
}

TEST(RegisterMap, TheHeaderIsThatOfTheChip) {
  FirmwareBench bench{{}};
  bench.run([&](FirmwareHost& host) {
    EXPECT_EQ(host.read32(KRCH_HOST_ID), KRCH_IDENTIFICATION);
    EXPECT_EQ(host.read32(KRCH_HOST_VERSION), KRCH_MAP_VERSION);
    const auto field = [](std::uint32_t word, std::uint32_t mask, unsigned shift) {
      return (word & mask) >> shift;
    };
    const std::uint32_t shape = host.read32(KRCH_HOST_MESH_SHAPE);
    EXPECT_EQ(field(shape, KRCH_HOST_MESH_SHAPE_ROWS_MASK, KRCH_HOST_MESH_SHAPE_ROWS_SHIFT), 4U);
    EXPECT_EQ(field(shape, KRCH_HOST_MESH_SHAPE_COLUMNS_MASK, KRCH_HOST_MESH_SHAPE_COLUMNS_SHIFT), 8U);
    const std::uint32_t sizes = host.read32(KRCH_HOST_TABLE_SIZES);
    const std::uint32_t routes =
        field(sizes, KRCH_HOST_TABLE_SIZES_ROUTE_ENTRIES_MASK, KRCH_HOST_TABLE_SIZES_ROUTE_ENTRIES_SHIFT);
    // The last entries that it names are there, the next ones are not.
    EXPECT_TRUE(host.get(KRCH_ROUTER_ROUTE(31U) + (routes - 1) * KRCH_ROUTER_ROUTE_ENTRY_BYTES).ok());
    EXPECT_EQ(host.get(KRCH_ROUTER_ROUTE(31U) + routes * KRCH_ROUTER_ROUTE_ENTRY_BYTES).status,
              tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(host.read32(KRCH_HOST_ERROR_STATUS), KRCH_HOST_ERROR_STATUS_BUS_MASK);
    EXPECT_EQ(host.read32(KRCH_HOST_ERROR_CAUSE), KRCH_CAUSE_UNMAPPED_ADDRESS);
    EXPECT_EQ(host.read32(KRCH_HOST_INTERRUPT_STATUS), KRCH_HOST_INTERRUPT_STATUS_ERROR_MASK);
    host.write32(KRCH_HOST_ERROR_STATUS, KRCH_HOST_ERROR_STATUS_BUS_MASK);
    EXPECT_EQ(host.read32(KRCH_HOST_ERROR_STATUS), 0U);
    host.write32(KRCH_TILE_ROWS(3U), 7);
    EXPECT_EQ(host.peek32(interconnect::node_register_address(
                  3, static_cast<std::uint32_t>(tiles::TileRegister::rows))),
              7U);
    EXPECT_EQ(sizeof(krch_descriptor_t), sizeof(mr::Descriptor));
    EXPECT_EQ(sizeof(krch_long_completion_t), sizeof(mr::LongCompletion));
  });
}

TEST(RegisterMap, TheReadmeHasTheTables) {
  std::ifstream file{KIRCHHOFF_README};
  ASSERT_TRUE(file.good());
  std::stringstream text;
  text << file.rdbuf();
  const std::string readme = text.str();
  const std::string begin = "<!-- registers: begin -->\n";
  const std::string end = "<!-- registers: end -->";
  ASSERT_NE(readme.find(begin), std::string::npos);
  const std::size_t from = readme.find(begin) + begin.size();
  ASSERT_NE(readme.find(end), std::string::npos);
  EXPECT_EQ(readme.substr(from, readme.find(end) - from), mr::register_tables())
      << "update it: build/release/bin/kirchhoff-registers readme README.md";
}

}  // namespace
