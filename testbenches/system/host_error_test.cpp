#include <gtest/gtest.h>

#include <bit>

#include "testbenches/system/firmware_bench.h"

// Every mistake that a driver can make and every fault of its memory: TLM response, ERROR_STATUS, cause,
// address, interrupt, record; and after each of them the chip trains on.
namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
namespace mr = model;
using interconnect::NodeId;
using model::Descriptor;
using model::DescriptorOperation;
using model::ErrorCause;

class HostErrors : public testing::Test {
 protected:
  void run(const std::function<void(FirmwareHost&)>& body) {
    FirmwareBench bench{{"chip.quantum=1us"}, tiles::Detail::ideal};
    bench.run([&](FirmwareHost& host) {
      data = load_data_set("strokes", {.train = 8, .test = 1});
      bench.map(528, 10, true);
      weights = initial_weights(bench.widths(), Activation::logistic, 1);
      host.driver.start();
      registers = bench.program(0.1);
      host.driver.write_registers(registers);
      host.driver.load_weights(bench.mapping, weights);
      batch = batch_of(host.memory, data.train);
      tile = bench.mapping.tiles.front();
      host.set_host(mr::host_register::interrupt_enable, mr::interrupt_error);
      host.make_ring(8);
      body(host);
    });
  }

  [[nodiscard]] Descriptor train() const {
    Descriptor descriptor;
    descriptor.operation = static_cast<std::uint32_t>(DescriptorOperation::train);
    descriptor.tag = 42;
    descriptor.count = 8;
    descriptor.input_address = batch.inputs;
    descriptor.label_address = batch.labels;
    descriptor.stride = batch.stride;
    return descriptor;
  }
  [[nodiscard]] Descriptor program() const {
    Descriptor descriptor;
    descriptor.operation = static_cast<std::uint32_t>(DescriptorOperation::program_weights);
    descriptor.tag = 43;
    descriptor.count = static_cast<std::uint32_t>(tile.rows());
    descriptor.node = tile.node;
    descriptor.columns = static_cast<std::uint32_t>(tile.columns);
    descriptor.stride = 4 * descriptor.columns;
    descriptor.input_address = 0x8000'0000;
    return descriptor;
  }

  /// What a driver finds after an error, and how it gets rid of it.
  void expect_error(FirmwareHost& host, ErrorCause cause, std::uint64_t address, std::uint32_t tag = 0) {
    host.sleep(foundation::Duration{1000});  // the line follows within a delta cycle
    EXPECT_TRUE(host.interrupt.read()) << "no interrupt";
    EXPECT_NE(host.host(mr::host_register::interrupt_status) & mr::interrupt_error, 0U);
    EXPECT_EQ(host.host(mr::host_register::error_status), mr::error_bit(cause));
    EXPECT_EQ(host.host(mr::host_register::error_cause), static_cast<std::uint32_t>(cause));
    const std::uint64_t found = host.host(mr::host_register::error_address_low) |
                                std::uint64_t{host.host(mr::host_register::error_address_high)} << 32;
    EXPECT_EQ(found, address) << std::hex << found << " " << address;
    EXPECT_EQ(host.host(mr::host_register::error_tag), tag);
    EXPECT_NE(host.host(mr::host_register::status) & mr::status_error, 0U);
    host.set_host(mr::host_register::error_status, ~0U);
    host.set_host(mr::host_register::interrupt_status, ~0U);
    EXPECT_EQ(host.host(mr::host_register::status), mr::status_idle | mr::status_powered);
    host.sleep(foundation::Duration{1000});
    EXPECT_FALSE(host.interrupt.read());
    const auto record = host.run_one(train());
    EXPECT_EQ(record.completion.error, 0U) << "the chip is not usable any more";
    EXPECT_EQ(record.completion.count, 8U);
    host.set_host(mr::host_register::interrupt_status, ~0U);
  }

  /// A descriptor that ends with an error after `done` of its count.
  void refused(FirmwareHost& host, const char* what, const Descriptor& descriptor, ErrorCause cause,
               std::optional<std::uint64_t> address = {}, std::uint32_t done = 0) {
    SCOPED_TRACE(what);
    const auto place = host.push(descriptor);
    host.ring_doorbell();
    ASSERT_TRUE(host.wait_idle());
    const std::uint64_t where = address.value_or(host.descriptor_address(place));
    const auto record = host.record(place);
    if (host.refused_address != host.record_address(place)) {
      EXPECT_EQ(record.completion.tag, descriptor.tag);
      EXPECT_EQ(record.completion.error, mr::error_bit(cause));
      EXPECT_EQ(record.completion.count, done);
      EXPECT_EQ(record.cause, static_cast<std::uint32_t>(cause));
      EXPECT_EQ(record.error_address, where);
    }
    host.refused_address = ~std::uint64_t{0};
    expect_error(host, cause, where, descriptor.tag);
  }
  template <typename Change>
  [[nodiscard]] static Descriptor changed(Descriptor descriptor, const Change& change) {
    change(descriptor);
    return descriptor;
  }

  DataSet data;
  std::vector<Matrix> weights;
  std::vector<mr::RegisterWrite> registers;
  ChipDriver::Batch batch;
  mr::TileAssignment tile;
};

TEST_F(HostErrors, Accesses) {
  run([&](FirmwareHost& host) {
    const std::uint64_t nowhere = interconnect::node_register_address(32, 0);
    for (const std::uint64_t address :
         {std::uint64_t{0x70}, std::uint64_t{0xffc}, std::uint64_t{0x1048}, std::uint64_t{0x9000}, nowhere,
          interconnect::node_register_address(0, 0x3fc), interconnect::node_register_address(1U << 20, 0),
          interconnect::cell_address(0, interconnect::CellPlane::weight, 0), ~std::uint64_t{3}}) {
      SCOPED_TRACE(address);
      EXPECT_EQ(host.get(address).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
      expect_error(host, ErrorCause::unmapped_address, address);
      EXPECT_EQ(host.put(address, 1).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
      expect_error(host, ErrorCause::unmapped_address, address);
    }
    for (const std::uint64_t address :
         {std::uint64_t{mr::host_register::identification}, std::uint64_t{mr::host_register::error_cause},
          mr::sequencer_registers_base + mr::sequencer_register::ring_head}) {
      EXPECT_EQ(host.put(address, 5).status, tlm::TLM_COMMAND_ERROR_RESPONSE);
      expect_error(host, ErrorCause::read_only, address);
    }
    for (const unsigned length : {1U, 2U, 3U, 6U, 8U, 64U}) {
      EXPECT_EQ(host.transport(tlm::TLM_READ_COMMAND, 0x20, 0, length).status, tlm::TLM_BURST_ERROR_RESPONSE);
      expect_error(host, ErrorCause::unsupported_size, 0x20);
    }
    EXPECT_EQ(host.get(0x22).status, tlm::TLM_BURST_ERROR_RESPONSE);
    expect_error(host, ErrorCause::unsupported_size, 0x22);
    for (const std::uint64_t address :
         {std::uint64_t{0xffc}, std::uint64_t{0x7ffc}, interconnect::node_window_base - 4,
          interconnect::node_register_address(1, 0) - 4, interconnect::cell_window_base - 4,
          ~std::uint64_t{3}}) {
      EXPECT_EQ(host.transport(tlm::TLM_WRITE_COMMAND, address, 0, 8).status, tlm::TLM_BURST_ERROR_RESPONSE);
      expect_error(host, ErrorCause::burst_across_regions, address);
    }
    EXPECT_EQ(host.transport(tlm::TLM_WRITE_COMMAND, mr::host_register::interrupt_enable, 0, 4, true).status,
              tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    EXPECT_EQ(host.host(mr::host_register::interrupt_enable), mr::interrupt_error);
    expect_error(host, ErrorCause::byte_enables, mr::host_register::interrupt_enable);
  });
}

/// The register is there, but no way leads to it any more.
TEST_F(HostErrors, ANodeBehindADisabledLink) {
  run([&](FirmwareHost& host) {
    const std::uint64_t links = interconnect::node_register_address(0, interconnect::router_registers_offset);
    const std::uint32_t before = host.read32(links);
    const std::uint64_t beyond = interconnect::node_register_address(1, 0);
    host.write32(links, before & ~2U);  // east
    EXPECT_EQ(host.get(beyond).status, tlm::TLM_GENERIC_ERROR_RESPONSE);
    host.write32(links, before);
    expect_error(host, ErrorCause::refused_by_node, beyond);
  });
}

TEST_F(HostErrors, TheFirstOfSeveralIsKept) {
  run([&](FirmwareHost& host) {
    host.get(0x9000);
    host.put(0x00, 1);
    host.get(0x9004);
    expect_error(host, ErrorCause::unmapped_address, 0x9000);
  });
}

TEST_F(HostErrors, Ring) {
  run([&](FirmwareHost& host) {
    using namespace mr::sequencer_register;
    const auto at = [](std::uint32_t offset) { return mr::sequencer_registers_base + offset; };
    // Posted writes: the bus says OK, and nothing has changed.
    host.set_host(mr::host_register::control, 0);
    for (int i = 0; i < 6; ++i) {
      host.push({});
    }
    host.ring_doorbell();
    const auto before = host.sequencer(ring_tail);
    host.set_sequencer(doorbell, 2);
    EXPECT_EQ(host.sequencer(ring_tail), before);
    EXPECT_EQ(host.host(mr::host_register::error_cause),
              static_cast<std::uint32_t>(ErrorCause::ring_overflow));
    host.set_host(mr::host_register::error_status, ~0U);
    host.set_sequencer(ring_tail, (before + 2) % 8);
    EXPECT_EQ(host.sequencer(ring_tail), before);
    EXPECT_EQ(host.host(mr::host_register::error_address_low), at(ring_tail));
    host.set_host(mr::host_register::error_status, ~0U);
    host.set_sequencer(ring_entries, 16);
    EXPECT_EQ(host.sequencer(ring_entries), 8U);
    EXPECT_EQ(host.host(mr::host_register::error_cause), static_cast<std::uint32_t>(ErrorCause::ring_busy));
    host.set_host(mr::host_register::error_status, ~0U);
    host.set_sequencer(doorbell, 1);  // the seventh fits
    host.push({});
    EXPECT_EQ(host.host(mr::host_register::error_status), 0U);
    host.set_sequencer(doorbell, ~0U);
    host.set_host(mr::host_register::control, mr::control_run);
    EXPECT_TRUE(host.wait_idle());
    expect_error(host, ErrorCause::ring_overflow, at(doorbell));

    for (const std::uint32_t entries : {1U, 1025U, ~0U}) {
      host.set_sequencer(ring_entries, entries);
      expect_error(host, ErrorCause::ring_size, at(ring_entries));
    }
    host.set_sequencer(ring_entries, 0);
    host.set_sequencer(ring_tail, 1);
    host.make_ring(8);
    expect_error(host, ErrorCause::ring_size, at(ring_tail));
    host.set_sequencer(ring_base_low, 0xffff'ffc0);
    host.set_sequencer(ring_base_high, ~0U);
    host.set_sequencer(ring_tail, 1);
    host.make_ring(8);
    expect_error(host, ErrorCause::ring_address, at(ring_tail));
    // A ring that is not in memory: the entry is given back, with the address of the burst.
    host.set_sequencer(ring_base_low, 0x100);
    host.set_sequencer(ring_base_high, 0);
    host.set_sequencer(ring_entries, 8);
    host.set_sequencer(ring_tail, 1);
    EXPECT_TRUE(host.wait_idle());
    host.make_ring(8);
    expect_error(host, ErrorCause::dma_read, 0x100);
  });
}

TEST_F(HostErrors, Descriptors) {
  run([&](FirmwareHost& host) {
    const auto operation = [](std::uint32_t word) { return [word](Descriptor& d) { d.operation = word; }; };
    refused(host, "operation 8", changed(train(), operation(8)), ErrorCause::operation);
    refused(host, "operation 255", changed(train(), operation(0xff)), ErrorCause::operation);
    refused(host, "unknown flag", changed(train(), operation(3 | 1U << 12)), ErrorCause::flags);
    refused(host, "cells of train", changed(train(), operation(3 | mr::descriptor_cells)), ErrorCause::flags);
    refused(host, "segments of a barrier", changed(train(), operation(mr::descriptor_segments)),
            ErrorCause::flags);
    refused(host, "node", changed(program(), [](Descriptor& d) { d.node = 32; }), ErrorCause::node);
    refused(host, "node of a self-test",
            changed(train(),
                    [](Descriptor& d) {
                      d.operation = static_cast<std::uint32_t>(DescriptorOperation::self_test);
                      d.node = ~0U;
                    }),
            ErrorCause::node);
    const auto count = [](std::uint32_t value) { return [value](Descriptor& d) { d.count = value; }; };
    refused(host, "no examples", changed(train(), count(0)), ErrorCause::count);
    refused(host, "2^32 - 1 examples", changed(train(), count(~0U)), ErrorCause::count);
    refused(host, "no rows", changed(program(), count(0)), ErrorCause::count);
    refused(host, "more rows than a tile", changed(program(), count(132)), ErrorCause::count);
    refused(host, "more than the data set", changed(train(), [](Descriptor& d) { d.columns = 7; }),
            ErrorCause::count);
    refused(host, "no register writes",
            changed(train(),
                    [](Descriptor& d) {
                      d.operation = static_cast<std::uint32_t>(DescriptorOperation::configure);
                      d.count = 0;
                    }),
            ErrorCause::count);
    refused(host, "no columns", changed(program(), [](Descriptor& d) { d.columns = 0; }),
            ErrorCause::columns);
    refused(host, "columns", changed(program(), [](Descriptor& d) { d.columns = 51; }), ErrorCause::columns);
    refused(host, "stride of rows", changed(program(), [](Descriptor& d) { d.stride -= 1; }),
            ErrorCause::stride);
    refused(host, "stride of examples", changed(train(), [](Descriptor& d) { d.stride = 527; }),
            ErrorCause::stride);
    refused(host, "no labels", changed(train(), [](Descriptor& d) { d.label_address = 0; }),
            ErrorCause::labels_missing);
    const std::uint64_t high = ~std::uint64_t{0} - 100;
    refused(host, "inputs overflow", changed(train(), [&](Descriptor& d) { d.input_address = high; }),
            ErrorCause::address_overflow, high);
    refused(host, "labels overflow", changed(train(), [&](Descriptor& d) { d.label_address = ~0ULL - 3; }),
            ErrorCause::address_overflow, ~0ULL - 3);
    refused(host, "weights overflow", changed(program(), [&](Descriptor& d) { d.input_address = high; }),
            ErrorCause::address_overflow, high);
    refused(host, "the last example overflows",
            changed(train(),
                    [&](Descriptor& d) {
                      d.count = 1;
                      d.input_address = high;
                    }),
            ErrorCause::address_overflow, high);
    refused(host, "rows that the network does not have",
            changed(program(),
                    [&](Descriptor& d) {
                      d.columns -= 1;
                      d.input_address = batch.inputs;
                    }),
            ErrorCause::weights_refused,
            interconnect::cell_address(tile.node, interconnect::CellPlane::weight, 0));
  });
}

TEST_F(HostErrors, OrderAndLabels) {
  run([&](FirmwareHost& host) {
    const std::vector<std::uint32_t> order{3, 2, 9, 1, 0, 4, 5, 6};
    const std::uint64_t at = host.memory.attach(order);
    auto ordered = train();
    ordered.order_address = at;
    ordered.columns = 8;  // the data set has 8
    refused(host, "index 9", ordered, ErrorCause::order_index, at + 8, 2);
    ordered.columns = 0;  // not stated: memory ends there
    refused(host, "index 9 without the number of examples", ordered, ErrorCause::dma_read,
            batch.inputs + 9 * batch.stride, 2);
    const std::vector<std::uint16_t> labels{1, 2, 10, 3, 4, 5, 6, 7};
    auto labelled = train();
    labelled.label_address = host.memory.attach(labels);
    refused(host, "label 10", labelled, ErrorCause::label, labelled.label_address + 4, 2);
  });
}

TEST_F(HostErrors, MemoryThatAnswersWithErrors) {
  run([&](FirmwareHost& host) {
    for (const auto refusal : {tlm::TLM_ADDRESS_ERROR_RESPONSE, tlm::TLM_GENERIC_ERROR_RESPONSE,
                               tlm::TLM_BURST_ERROR_RESPONSE, tlm::TLM_COMMAND_ERROR_RESPONSE}) {
      host.refusal = refusal;
      host.refused_address = batch.inputs + 3 * batch.stride + 17;
      refused(host, "input", train(), ErrorCause::dma_read, batch.inputs + 3 * batch.stride, 3);
      host.refused_address = batch.labels + 2 * 2;
      refused(host, "label", train(), ErrorCause::dma_read, batch.labels + 2 * 2, 2);
    }
    auto infer = train();
    infer.operation = static_cast<std::uint32_t>(DescriptorOperation::infer);
    infer.output_address = host.memory.allocate(16);
    host.refused_address = infer.output_address + 10;
    refused(host, "prediction", infer, ErrorCause::dma_write, infer.output_address + 10, 5);
    auto weights_of_tile = program();
    weights_of_tile.input_address = 0x100;
    refused(host, "weights", weights_of_tile, ErrorCause::dma_read, 0x100);
    // The record itself.
    const auto place = host.push(train());
    const auto before = host.record(place).completion.time_ps;
    host.refused_address = host.record_address(place);
    host.ring_doorbell();
    EXPECT_TRUE(host.wait_idle());
    host.refused_address = ~std::uint64_t{0};
    EXPECT_EQ(host.record(place).completion.time_ps, before);
    expect_error(host, ErrorCause::dma_write, host.record_address(place), 42);
  });
}

TEST_F(HostErrors, SegmentLists) {
  run([&](FirmwareHost& host) {
    auto descriptor = train();
    descriptor.operation |= mr::descriptor_segments;
    const auto list = [&](const std::vector<mr::Segment>& segments) {
      const std::uint64_t address = host.memory.allocate(segments.size() * sizeof(mr::Segment));
      std::memcpy(host.memory.writable(address, segments.size() * sizeof(mr::Segment)).data(),
                  segments.data(), segments.size() * sizeof(mr::Segment));
      descriptor.input_address = address;
      return address;
    };
    std::uint64_t at = list({{batch.inputs, 100, 4}});
    refused(host, "unknown flag", descriptor, ErrorCause::segments, at);
    at = list({{batch.inputs, 0, mr::segment_last}});
    refused(host, "empty", descriptor, ErrorCause::segments, at);
    at = list({{~0ULL - 5, 100, mr::segment_last}});
    refused(host, "overflow", descriptor, ErrorCause::segments, at);
    at = list({{batch.inputs, 100, mr::segment_last | mr::segment_chain}});
    refused(host, "both flags", descriptor, ErrorCause::segments, at);
    at = list({{batch.inputs, 3 * 528 + 5, mr::segment_last}});
    refused(host, "too short", descriptor, ErrorCause::segments, at, 3);
    at = list({{batch.inputs, 100, 0}});
    refused(host, "no end", descriptor, ErrorCause::dma_read, at + 16);
    // A chain that leads back to itself.
    const std::uint64_t loop = host.memory.allocate(sizeof(mr::Segment));
    const mr::Segment back{loop, 0, mr::segment_chain};
    std::memcpy(host.memory.writable(loop, sizeof back).data(), &back, sizeof back);
    descriptor.input_address = loop;
    refused(host, "circle", descriptor, ErrorCause::segments, loop);
  });
}

TEST_F(HostErrors, ANetworkThatIsNone) {
  run([&](FirmwareHost& host) {
    const std::uint32_t classes = host.sequencer(mr::sequencer_register::classes);
    host.set_sequencer(mr::sequencer_register::classes, 0);
    const auto place = host.push(train());
    host.ring_doorbell();
    EXPECT_TRUE(host.wait_idle());
    host.set_sequencer(mr::sequencer_register::classes, classes);
    EXPECT_EQ(host.record(place).cause, static_cast<std::uint32_t>(ErrorCause::network_settings));
    expect_error(host, ErrorCause::network_settings, host.descriptor_address(place), 42);
  });
}

/// Settings that the host changes while a descriptor is worked on count for the next one: found by the
/// fuzzer.
TEST_F(HostErrors, SettingsChangedMeanwhile) {
  run([&](FirmwareHost& host) {
    using namespace mr::sequencer_register;
    const auto place = host.push(train());
    host.ring_doorbell();
    host.sleep(foundation::Duration{10'000'000});
    EXPECT_NE(host.host(mr::host_register::status) & mr::status_busy, 0U);
    host.set_sequencer(inputs, 0x61bd'53d0);
    host.set_sequencer(classes, 1U << 20);
    EXPECT_TRUE(host.wait_idle());
    EXPECT_EQ(host.record(place).completion.error, 0U);
    EXPECT_EQ(host.record(place).completion.count, 8U);
    EXPECT_LT(host.record(place).completion.time_ps, 100'000'000'000U);
    host.set_sequencer(inputs, 528);
    host.set_sequencer(classes, 10);
    EXPECT_EQ(host.run_one(train()).completion.count, 8U);
  });
}

TEST_F(HostErrors, APacketThatIsNotDelivered) {
  run([&](FirmwareHost& host) {
    // The first input flow gets a route that no table has.
    const std::uint32_t flow = mr::sequencer_register::flow_table;
    const std::uint32_t word = host.sequencer(flow);
    host.set_sequencer(flow, (word & 0xffff'0000U) | 1023U);
    const auto place = host.push(train());
    host.ring_doorbell();
    EXPECT_TRUE(host.wait_idle());
    EXPECT_EQ(host.record(place).completion.error, mr::error_network);
    host.set_sequencer(flow, word);
    // Tiles hold parts of an example that never came: their settings are taken over again.
    for (interconnect::NodeId node = 0; node < 32; ++node) {
      const auto control = interconnect::node_register_address(node, 0);
      host.write32(control, host.read32(control));
    }
    expect_error(host, ErrorCause::not_delivered, 0, 42);
  });
}

/// Tiles whose outputs are their own inputs, each of both: every packet causes two more, without end.
TEST_F(HostErrors, ANetworkThatFeedsItself) {
  run([&](FirmwareHost& host) {
    using tiles::TileRegister;
    const auto set = [&](NodeId node, TileRegister address, std::uint32_t value) {
      host.write32(interconnect::node_register_address(node, static_cast<std::uint32_t>(address)), value);
    };
    for (const NodeId node : {0U, 1U}) {
      const std::uint32_t one = std::bit_cast<std::uint32_t>(1.0F);
      set(node, TileRegister::control, 0);
      set(node, TileRegister::rows, 1);
      set(node, TileRegister::columns, 1);
      set(node, TileRegister::activation, 0);
      set(node, TileRegister::forward_full_scale, one);
      set(node, TileRegister::backward_full_scale, one);
      set(node, TileRegister::partials, 1);
      set(node, TileRegister::partial_slot, 0);
      set(node, TileRegister::transmit_output, 900 + node);
      for (std::uint32_t entry = 0; entry < 2; ++entry) {
        const auto at = interconnect::node_register_address(
            node, tiles::flow_table_offset + (200 + entry) * tiles::flow_entry_bytes);
        host.write32(at + 4, 1U << 16);
        host.write32(at + 8, 0);
        host.write32(at, tiles::flow_valid | 1U << 16 | (900 + entry));
      }
      set(node, TileRegister::control, tiles::control_enable | tiles::control_collector);
    }
    const auto route = [&](NodeId node, std::uint32_t entry, std::uint32_t ports) {
      host.write32(interconnect::node_register_address(node, interconnect::router_table_offset + 4 * entry),
                   ports);
    };
    constexpr std::uint32_t local = 16;
    route(0, 900, local | 2);
    route(1, 900, local);
    route(1, 901, local | 8);
    route(0, 901, local);
    const std::uint64_t flow = mr::sequencer_registers_base + mr::sequencer_register::flow_table;
    for (std::uint32_t entry = 0; entry < mr::sequencer_flow_entries; ++entry) {
      const auto word = host.peek32(flow + entry * mr::sequencer_flow_bytes);
      if (word && (*word & 3U << 16) == 0 && *word != 0) {
        host.write32(flow + entry * mr::sequencer_flow_bytes, 0);
      }
    }
    host.write32(flow + 1600 * mr::sequencer_flow_bytes + 8, 1);
    host.write32(flow + 1600 * mr::sequencer_flow_bytes, mr::sequencer_flow_valid | 900U);
    const auto place = host.push(train());
    host.ring_doorbell();
    EXPECT_TRUE(host.wait_idle());
    EXPECT_EQ(host.record(place).cause, static_cast<std::uint32_t>(ErrorCause::not_delivered));
    // A soft reset and the network's program, and it is a chip again.
    host.set_host(mr::host_register::control, mr::control_run | mr::control_soft_reset);
    EXPECT_EQ(host.host(mr::host_register::error_status), 0U);
    for (const auto& write : registers) {
      host.write32(write.address, write.value);
    }
    host.set_ring();
    EXPECT_EQ(host.run_one(train()).completion.count, 8U);
  });
}

}  // namespace
