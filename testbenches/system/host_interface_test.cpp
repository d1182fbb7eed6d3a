#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include "foundation/error.h"
#include "interconnect/packet_address.h"
#include "model/chip/address_map.h"
#include "testbenches/system/chip_bench.h"
#include "testbenches/system/raw_access.h"
#include "tiles/tile_registers.h"

namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
namespace mr = model;

/// A host that makes the mistakes drivers make: bare transactions, responses looked at.
class RawHost : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<RawHost> socket{"socket"};
  std::function<void(RawHost&)> test;

  explicit RawHost(const sc_core::sc_module_name& name, std::function<void(RawHost&)> body)
      : sc_core::sc_module(name), test(std::move(body)) {
    SC_HAS_PROCESS(RawHost);
    SC_THREAD(run);
  }

  using Answer = RawAnswer;
  Answer transport(tlm::tlm_command command, std::uint64_t address, std::uint32_t value = 0,
                   unsigned length = 4, bool byte_enables = false) {
    return transport_raw(socket, {command, address, value, length, byte_enables});
  }
  Answer read(std::uint64_t address) { return transport(tlm::TLM_READ_COMMAND, address); }
  Answer write(std::uint64_t address, std::uint32_t value) {
    return transport(tlm::TLM_WRITE_COMMAND, address, value);
  }

  unsigned debug(tlm::tlm_command command, std::uint64_t address, std::uint32_t& value) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
    payload.set_data_length(sizeof value);
    return socket->transport_dbg(payload);
  }

 private:
  void run() {
    wait(sc_core::SC_ZERO_TIME);
    test(*this);
    sc_core::sc_stop();
  }
};

constexpr std::uint64_t kHost = mr::host_registers_base;
constexpr std::uint64_t kSequencer = mr::sequencer_registers_base;

TEST(HostInterface, IdentifiesTheChip) {
  ChipBench bench{{}};
  bench.run([&](ChipDriver& driver, MemoryMap&) { driver.start(); });
  SUCCEED();
}

TEST(HostInterface, AnswersWrongAccessesWithTheirResponse) {
  ChipBench bench{{}};
  model::Chip chip{"chip", bench.description, bench.services, bench.binder};
  int checked = 0;
  RawHost host{
      "host", [&](RawHost& h) {
        EXPECT_EQ(h.read(kHost + mr::host_register::identification).value, mr::identification_value);
        EXPECT_EQ(h.read(kHost + mr::host_register::mesh_shape).value, (4U << 16) | 8U);
        EXPECT_EQ(h.read(kHost + mr::host_register::tile_shape).value, (131U << 16) | 50U);
        // Unmapped: inside and between the regions, and a node that does not exist.
        for (const std::uint64_t address :
             {kHost + 0xff0, kSequencer + 0x7fc, std::uint64_t{0x9000},
              interconnect::node_register_address(32, 0), interconnect::node_register_address(0, 0x3fc)}) {
          EXPECT_EQ(h.read(address).status, tlm::TLM_ADDRESS_ERROR_RESPONSE) << std::hex << address;
          EXPECT_EQ(h.write(address, 1).status, tlm::TLM_ADDRESS_ERROR_RESPONSE) << std::hex << address;
        }
        // Read-only.
        for (const std::uint64_t address :
             {kHost + mr::host_register::identification, kSequencer + mr::sequencer_register::ring_head}) {
          EXPECT_EQ(h.write(address, 5).status, tlm::TLM_COMMAND_ERROR_RESPONSE) << std::hex << address;
        }
        // Sizes, alignment, byte enables.
        EXPECT_EQ(h.transport(tlm::TLM_READ_COMMAND, kHost, 0, 2).status, tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(h.transport(tlm::TLM_READ_COMMAND, kHost, 0, 8).status, tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(h.read(kHost + 2).status, tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(h.transport(tlm::TLM_WRITE_COMMAND, kHost + mr::host_register::interrupt_enable, 1, 4, true)
                      .status,
                  tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
        // Still usable after every one of them; an access takes time.
        const auto enabled = h.write(kHost + mr::host_register::interrupt_enable, 3);
        EXPECT_EQ(enabled.status, tlm::TLM_OK_RESPONSE);
        EXPECT_GT(enabled.delay, sc_core::SC_ZERO_TIME);
        EXPECT_EQ(h.read(kHost + mr::host_register::interrupt_enable).value, 3U);
        // Node windows: a tile register and a route table entry keep what is written, over the mesh.
        const auto tile =
            interconnect::node_register_address(31, static_cast<std::uint32_t>(tiles::TileRegister::layer));
        const auto route =
            interconnect::node_register_address(31, interconnect::router_table_offset + 4 * 17);
        for (const auto address : {tile, route}) {
          EXPECT_EQ(h.write(address, 0x15).status, tlm::TLM_OK_RESPONSE);
          EXPECT_EQ(h.read(address).value, 0x15U);
          std::uint32_t seen = 0;
          const auto before = sc_core::sc_time_stamp();
          EXPECT_EQ(h.debug(tlm::TLM_READ_COMMAND, address, seen), 4U);
          EXPECT_EQ(seen, 0x15U);
          EXPECT_EQ(sc_core::sc_time_stamp(), before);
          // Debug transport does not write.
          seen = 9;
          EXPECT_EQ(h.debug(tlm::TLM_WRITE_COMMAND, address, seen), 0U);
          EXPECT_EQ(h.read(address).value, 0x15U);
        }
        // A far node answers later than a near one.
        EXPECT_GT(h.read(tile).delay, h.read(interconnect::node_register_address(0, 4)).delay);
        ++checked;
      }};
  Host memory{"memory", [](ChipDriver&, MemoryMap&) { sc_core::wait(1, sc_core::SC_SEC); }};
  struct Nobody : sc_core::sc_module {
    tlm_utils::simple_target_socket<Nobody> socket{"socket"};
    explicit Nobody(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
      socket.register_b_transport(this, &Nobody::b_transport);
    }
    void b_transport(tlm::tlm_generic_payload& /*payload*/, sc_core::sc_time& /*delay*/) {}
  } nobody{"nobody"};
  sc_core::sc_signal<bool> interrupt{"interrupt"};
  bench.binder.bind(host.socket, chip.host);
  memory.chip.bind(nobody.socket);
  bench.binder.bind(chip.memory, memory.memory_socket);
  chip.interrupt(interrupt);
  memory.interrupt(interrupt);
  sc_core::sc_start();
  EXPECT_EQ(checked, 1);
  bench.require_compliance();
}

/// Descriptors that a driver could get wrong: each reports its error, and the chip trains afterwards.
TEST(HostInterface, BadDescriptorsAreReportedAndTheChipStaysUsable) {
  ChipBench bench{{}};
  auto data = load_data_set("strokes", {.train = 8, .test = 1});
  bench.map(528, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    driver.start();
    const auto refused = [&](model::Descriptor descriptor, std::uint32_t error) {
      try {
        driver.run({&descriptor, 1});
        ADD_FAILURE() << "descriptor accepted, expected error " << error;
      } catch (const foundation::ModelError& caught) {
        EXPECT_NE(std::string{caught.what()}.find("error " + std::to_string(error) + " "), std::string::npos)
            << caught.what();
      }
    };
    const auto good = batch_of(memory, data.train);
    model::Descriptor train;
    train.operation = static_cast<std::uint32_t>(model::DescriptorOperation::train);
    train.count = good.count;
    train.input_address = good.inputs;
    train.label_address = good.labels;
    train.stride = good.stride;

    refused(train, model::error_descriptor);  // before the network is programmed
    driver.write_registers(bench.program(0.1));
    driver.load_weights(bench.mapping, start);

    auto bad = train;
    bad.operation = 77;
    refused(bad, model::error_descriptor);
    bad = train;
    bad.input_address = 0x10;
    refused(bad, model::error_dma);
    bad = train;
    bad.order_address = 0x20;
    refused(bad, model::error_dma);
    bad = train;
    bad.count = 9;  // one more than there is
    refused(bad, model::error_dma);
    bad = train;
    std::vector<std::uint16_t> labels(8, 10);
    bad.label_address = memory.attach(labels);
    refused(bad, model::error_label);
    model::Descriptor weights;
    weights.operation = static_cast<std::uint32_t>(model::DescriptorOperation::program_weights);
    weights.node = 99;
    weights.columns = 50;
    weights.stride = 200;
    weights.count = 1;
    weights.input_address = good.inputs;
    refused(weights, model::error_descriptor);
    weights.node = 0;
    weights.columns = 51;
    refused(weights, model::error_descriptor);
    weights.columns = 50;
    weights.count = 500;  // more rows than the tile has in use
    std::vector<float> many(500 * 50, 0.01F);
    weights.input_address = memory.attach(many);
    refused(weights, model::error_descriptor);

    EXPECT_EQ(driver.train(good).count, 8U);
  });
}

}  // namespace
