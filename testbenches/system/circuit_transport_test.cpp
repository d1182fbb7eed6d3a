#include <gtest/gtest.h>
#include <tlm_utils/passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <cmath>
#include <memory>
#include <vector>

#include "foundation/energy_model.h"
#include "interconnect/mesh.h"
#include "interconnect/packet_sender.h"
#include "interconnect/packet_time.h"
#include "testbenches/compliance/monitoring_binder.h"
#include "testbenches/host/child.h"
#include "testbenches/system/chip_bench.h"

// The mesh's second transport: vectors as pulse durations on parallel wires.
namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using namespace kirchhoff::interconnect;
using foundation::Duration;
using foundation::Phase;

class Endpoint : public sc_core::sc_module {
 public:
  tlm_utils::passthrough_target_socket<Endpoint> input{"input"};
  tlm_utils::simple_initiator_socket<Endpoint> output{"output"};
  std::vector<Duration> arrivals;

  Endpoint(const sc_core::sc_module_name& name, PacketPool& packets)
      : sc_core::sc_module(name), sender_(output, packets) {
    input.register_b_transport(this, &Endpoint::take);
  }
  bool send(const PacketHeader& header, std::span<const std::byte> bytes, Duration at) {
    return sender_.originate(header, bytes, at);
  }

 private:
  void take(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    arrivals.push_back(absolute(delay));
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  PacketSender sender_;
};

/// Only bound.
struct Sender : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Sender> output{"output"};
  explicit Sender(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {}
};

/// A row of tiles, with whoever else has a port bound to nothing in particular.
struct Row {
  explicit Row(std::uint32_t tiles) : ledger(tiles) {
    LinkTiming timing;
    timing.wires = DurationWires{.pulse = Duration{128000}, .buffer = Duration{200}, .per_link = 131};
    mesh = std::make_unique<Mesh>(interconnect::MeshParameters{Topology{1, tiles}, {.timing = timing}, 8},
                                  packets, foundation::Services{ledger}, binder);
    for (NodeId node = 0; node < tiles; ++node) {
      auto& tile = *endpoints.emplace_back(
          std::make_unique<Endpoint>(("tile_" + std::to_string(node)).c_str(), packets));
      binder.bind(tile.output, mesh->entry(node, Port::local));
      binder.bind(mesh->exit(node, Port::local), tile.input);
    }
    binder.bind(sequencer.output, mesh->entry(gateway_node, sequencer_port));
    binder.bind(mesh->exit(gateway_node, sequencer_port), sequencer.input);
    binder.bind(host.output, mesh->entry(gateway_node, host_port));
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  void route(NodeId node, RouteId route, std::initializer_list<Port> ports) {
    std::uint8_t mask = 0;
    for (const Port port : ports) {
      mask = static_cast<std::uint8_t>(mask | mask_of(port));
    }
    mesh->at(node).core().set_route(route, mask);
  }

  MonitoringBinder binder;
  foundation::Ledger ledger;
  PacketPool packets;
  std::unique_ptr<Mesh> mesh;
  std::vector<std::unique_ptr<Endpoint>> endpoints;
  Endpoint sequencer{"sequencer", packets};
  Sender host{"host"};
};

TEST(CircuitTransport, TimeAndEnergyOfAMulticastAreThoseOfTheClosedForm) {
  Row row{4};
  row.route(0, 3, {Port::east});
  row.route(1, 3, {Port::east, Port::local});
  row.route(2, 3, {Port::east});
  row.route(3, 3, {Port::local});
  PacketHeader header;
  header.kind = PacketKind::activation;
  header.format = VectorFormat::u8;
  header.route = 3;
  header.phase = Phase::forward;
  std::vector<std::uint8_t> codes(100, 7);
  codes[5] = codes[17] = 0;
  header.count = 100;
  header.element_bits = 8;
  ASSERT_TRUE(row.endpoints[0]->send(header, std::as_bytes(std::span{codes}), Duration{1000}));
  // Links to tile 1: one and the one into it; to tile 3: three and the one into it.
  EXPECT_EQ(row.endpoints[1]->arrivals, (std::vector{Duration{1000 + 128000 + 2 * 200}}));
  EXPECT_EQ(row.endpoints[3]->arrivals, (std::vector{Duration{1000 + 128000 + 4 * 200}}));
  // A vector of one value takes no less, and waits until the wires are free.
  header.count = 1;
  ASSERT_TRUE(row.endpoints[0]->send(header, std::as_bytes(std::span{codes}).first(1), Duration{2000}));
  EXPECT_EQ(row.endpoints[3]->arrivals.back(), Duration{1000 + 2 * 128000 + 4 * 200});
  // A packet finds its own links free.
  header.kind = PacketKind::done;
  header.count = 0;
  header.element_bits = 0;
  ASSERT_TRUE(row.endpoints[0]->send(header, {}, Duration{2000}));
  EXPECT_LT(row.endpoints[3]->arrivals.back(), Duration{100000});

  const auto total = row.ledger.total(Phase::forward);
  EXPECT_EQ(total.pulse_hops, 3 * (98U + 1U));
  EXPECT_EQ(total.pulse_buffers, 5 * (98U + 1U));
  EXPECT_EQ(total.router_flits, 0U) << "the packet is booked when somebody looks";
  row.mesh->book_traffic();
  EXPECT_EQ(row.ledger.total(Phase::forward).router_flits, 5U);
  const auto configuration =
      model::load_configuration("209k", std::vector<std::string>{"mesh.transport=circuit"});
  const auto& technology = configuration->technology;
  const foundation::EnergyModel prices{technology, model::chip_shape(*configuration).tile};
  const double expected =
      99 * (3 * prices.link_mm() * 2 * technology.e_wire.base + 5 * technology.e_buffer.base);
  EXPECT_NEAR(prices.price(total, Phase::forward)[foundation::Booking::duration_wires], expected,
              1e-12 * expected);
  row.binder.finish();
  EXPECT_EQ(row.binder.session().count(), 0U) << row.binder.session().text();
}

struct Trained {
  std::vector<float> weights;
  double time_ps = 0;
  double flits = 0;
  double pulses = 0;
};

/// In a process of its own. Cells that stay as they are, so that nothing depends on time.
Trained train(const std::vector<std::string>& more) {
  const auto values = in_child_values<double>([&] {
    std::vector<std::string> sets{"capacitor.decay_tau=1000 s", "pcm.drift=0", "pcm.read_noise=0",
                                  "capacitor.read_noise=0 uS"};
    sets.insert(sets.end(), more.begin(), more.end());
    ChipBench bench{sets};
    const auto data = load_data_set("strokes", {.train = 40, .test = 1});
    bench.map(cropped_inputs, 10, true);
    const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
    std::vector<double> result;
    bench.run([&](ChipDriver& driver, MemoryMap& memory) {
      bench.set_up(driver, start);
      const auto completion = driver.train(batch_of(memory, data.train));
      const auto total = bench.ledger.total();
      result = {static_cast<double>(completion.time_ps), static_cast<double>(total.router_flits),
                static_cast<double>(total.pulse_buffers)};
      for (const auto& tile : bench.mapping.tiles) {
        for (const float weight : driver.peek_tile(tile, bench.description.tile.columns)) {
          result.push_back(static_cast<double>(weight));
        }
      }
    });
    return result;
  });
  Trained trained;
  trained.time_ps = values.at(0);
  trained.flits = values.at(1);
  trained.pulses = values.at(2);
  for (std::size_t i = 3; i < values.size(); ++i) {
    trained.weights.push_back(static_cast<float>(values[i]));
  }
  return trained;
}

TEST(CircuitTransport, WithoutJitterAChipLearnsBitForBitWhatItLearnsFromPackets) {
  const Trained packets = train({});
  const Trained wires = train({"mesh.transport=circuit", "mesh.duration_jitter=0"});
  EXPECT_EQ(packets.weights, wires.weights);
  EXPECT_EQ(packets.pulses, 0);
  EXPECT_GT(wires.pulses, 0);
  EXPECT_LT(wires.flits, packets.flits);
  // Fewer bits, but each vector takes an integration time.
  EXPECT_GT(wires.time_ps, packets.time_ps);
}

TEST(CircuitTransport, JitterChangesWhatIsLearntALittle) {
  const Trained exact = train({"mesh.transport=circuit", "mesh.duration_jitter=0"});
  const Trained jittery = train({"mesh.transport=circuit", "mesh.duration_jitter=2"});
  EXPECT_EQ(jittery.weights, train({"mesh.transport=circuit", "mesh.duration_jitter=2"}).weights);
  double squares = 0;
  double moved = 0;
  for (std::size_t i = 0; i < exact.weights.size(); ++i) {
    const auto difference = static_cast<double>(jittery.weights[i] - exact.weights[i]);
    squares += difference * difference;
    moved += static_cast<double>(exact.weights[i]) * static_cast<double>(exact.weights[i]);
  }
  EXPECT_GT(squares, 0);
  EXPECT_LT(std::sqrt(squares), 0.1 * std::sqrt(moved));
}

}  // namespace
