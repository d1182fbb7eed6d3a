#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "foundation/ledger.h"
#include "interconnect/link_trace.h"
#include "interconnect/packet_log.h"
#include "interconnect/tree_traffic.h"

// What listeners are told of packets on their way along a tree.
namespace {

using namespace kirchhoff;
using foundation::Duration;
using foundation::TraceSink;
using foundation::Transaction;
using interconnect::mask_of;
using interconnect::NodeId;
using interconnect::Port;
using interconnect::RouteTree;
using testing::ElementsAre;

constexpr interconnect::Topology kMesh{2, 3};
constexpr interconnect::LinkTiming kTiming{.cycle = Duration{1000}, .width_bits = 128, .router_cycles = 2};
constexpr interconnect::RouteId kRoute = 3;

/// 0 -> 1 -> {2, 4}, delivered at 1, 2 and 4.
class Multicast {
 public:
  Multicast() {
    for (NodeId node = 0; node < kMesh.node_count(); ++node) {
      cores_.push_back(&storage_.emplace_back(node, kMesh, kTiming, std::size_t{8}));
    }
    cores_[0]->set_route(kRoute, mask_of(Port::east));
    cores_[1]->set_route(
        kRoute, static_cast<std::uint8_t>(mask_of(Port::east) | mask_of(Port::south) | mask_of(Port::local)));
    cores_[2]->set_route(kRoute, mask_of(Port::local));
    cores_[4]->set_route(kRoute, mask_of(Port::local));
    tree_ = RouteTree{cores_, 0, kRoute};
    header_.kind = interconnect::PacketKind::delta;
    header_.format = interconnect::VectorFormat::s16;
    header_.count = 50;
    header_.element_bits = 9;
    header_.phase = foundation::Phase::backward;
  }

  [[nodiscard]] const RouteTree& tree() const { return tree_; }
  [[nodiscard]] const interconnect::PacketHeader& header() const { return header_; }
  [[nodiscard]] std::uint64_t flits() const { return kTiming.flits(header_.wire_bits()); }

 private:
  std::deque<interconnect::RouterCore> storage_;
  std::vector<interconnect::RouterCore*> cores_;
  RouteTree tree_;
  interconnect::PacketHeader header_;
};

class Listener final : public foundation::TransactionListener {
 public:
  Transaction::Party party(std::string_view name) override {
    names.emplace_back(name);
    return static_cast<Transaction::Party>(names.size() - 1);
  }
  void completed(const Transaction& transaction) override { transactions.push_back(transaction); }
  [[nodiscard]] bool wanted() const override { return true; }
  void settle(Duration /*time*/) override {}
  void example_finished() override {}

  std::vector<std::string> names;
  std::vector<Transaction> transactions;
};

TEST(PacketLog, DestinationsOfAMulticastShareWhatItCosts) {
  const Multicast multicast;
  Listener listener;
  const interconnect::PacketLog log{&listener, kMesh, "chip"};
  interconnect::PacketLog::Delivery delivery{log,
                                             0,
                                             interconnect::sequencer_port,
                                             multicast.header(),
                                             multicast.flits(),
                                             Duration{7},
                                             multicast.tree().hops()};
  std::vector<std::string> targets;
  double bit_hops = 0;
  double router_flits = 0;
  for (std::size_t i = 0; i < multicast.tree().hops().size(); ++i) {
    if (multicast.tree().hops()[i].exit) {
      delivery.arrived(i, Duration{100}, "OK");
      const auto& transaction = listener.transactions.back();
      EXPECT_EQ(listener.names[transaction.initiator], "chip.sequencer");
      EXPECT_EQ(transaction.begin, Duration{7});
      EXPECT_EQ(transaction.end, Duration{100});
      EXPECT_EQ(transaction.bytes, 100U);
      EXPECT_EQ(transaction.kind, "DELTA");
      EXPECT_EQ(transaction.phase, foundation::Phase::backward);
      targets.push_back(listener.names[transaction.target]);
      bit_hops += transaction.bit_hops;
      router_flits += transaction.router_flits;
      // The link 0 -> 1 carries it for three.
      const double own = listener.names[transaction.target] == "chip.tile_0_1" ? 0 : 1;
      EXPECT_NEAR(transaction.bit_hops, (1.0 / 3 + own) * static_cast<double>(multicast.header().wire_bits()),
                  1e-9);
    }
  }
  EXPECT_THAT(targets, testing::UnorderedElementsAre("chip.tile_0_1", "chip.tile_0_2", "chip.tile_1_1"));
  foundation::Ledger ledger{kMesh.node_count()};
  interconnect::TreeTraffic traffic;
  traffic.add(multicast.tree().hops(), foundation::Phase::backward, multicast.header().wire_bits(),
              multicast.flits(), ledger);
  traffic.book(multicast.tree().hops(), ledger);
  EXPECT_NEAR(bit_hops, static_cast<double>(ledger.total().bit_hops), 1e-9);
  EXPECT_NEAR(router_flits, static_cast<double>(ledger.total().router_flits), 1e-9);
}

TEST(PacketLog, AccessesCostTheirWay) {
  Listener listener;
  const interconnect::PacketLog log{&listener, kMesh, "chip"};
  interconnect::PacketHeader header;
  header.by_table = false;
  header.destination = 5;  // three links from the gateway
  header.count = 4;
  header.element_bits = 8;
  log.accessed(0, interconnect::host_port, header, 1, 0x1050010, false, false, Duration{1}, Duration{2},
               "OK");
  log.accessed(0, interconnect::host_port, header, 1, 0x1058000, true, true, Duration{3}, Duration{4}, "OK");
  ASSERT_EQ(listener.transactions.size(), 2U);
  const auto& to_tile = listener.transactions[0];
  EXPECT_EQ(listener.names[to_tile.initiator], "chip.host_interface");
  EXPECT_EQ(listener.names[to_tile.target], "chip.tile_1_2");
  EXPECT_EQ(to_tile.command, Transaction::Command::write);
  EXPECT_EQ(to_tile.bit_hops, 3.0 * 64);
  EXPECT_EQ(to_tile.router_flits, 4.0);
  const auto& to_router = listener.transactions[1];
  EXPECT_EQ(listener.names[to_router.target], "chip.router_1_2");
  EXPECT_EQ(to_router.command, Transaction::Command::read);
  EXPECT_EQ(to_router.address, 0x1058000U);
  EXPECT_EQ(to_router.router_flits, 3.0);  // not handed on to the tile
}

/// Keeps what it is told of one port.
class PortSink final : public TraceSink {
 public:
  explicit PortSink(std::string port) : port_(std::move(port)) {}
  Signal declare(std::string_view, std::string_view, Kind, unsigned) override { return unheard; }
  Signal declare_part(std::string_view scope) override { return scope == port_ ? 0 : unheard; }
  void settle(Duration /*time*/) override {}
  void example_finished() override {}
  [[nodiscard]] bool states_wanted() const override { return wanted; }

  bool wanted = true;
  std::vector<std::string> heard;

 private:
  void put_bits(Signal, Duration, std::uint64_t) override {}
  void put_real(Signal, Duration, double) override {}
  void put_text(Signal, Duration, std::string_view) override {}
  void put_busy(Signal, Duration begin, Duration end, std::string_view state) override {
    heard.push_back(std::string{state} + ' ' + std::to_string(begin.count()) + ".." +
                    std::to_string(end.count()));
  }
  void put_queued(Signal, Duration time, int more) override {
    heard.push_back(std::to_string(time.count()) + ':' + std::to_string(more));
  }

  std::string port_;
};

TEST(LinkTrace, PacketQueuesFromWhenItsHeadCouldGoOn) {
  const Multicast multicast;
  const auto hops = multicast.tree().hops();
  std::vector<Duration> begins(hops.size());
  std::vector<interconnect::Reservations> taken(hops.size());
  std::vector<interconnect::Reservations*> links;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    links.push_back(&taken[i]);
    if (hops[i].node == 1 && hops[i].port == Port::east) {
      taken[i].reserve(Duration{0}, Duration{20000});  // somebody else is on this link
    }
  }
  interconnect::pass_along(hops, links, kTiming, Duration{4000}, Duration{1000}, begins);
  PortSink sink{"chip.router_0_1.east"};
  interconnect::LinkTrace trace{&sink, kMesh.node_count()};
  EXPECT_FALSE(trace.wanted());  // nobody wants any of its links yet
  for (NodeId node = 0; node < kMesh.node_count(); ++node) {
    for (const Port port : interconnect::all_ports) {
      trace.declare(node, port, "chip.router_" + std::to_string(node / 3) + '_' + std::to_string(node % 3));
    }
  }
  EXPECT_TRUE(trace.wanted());
  trace.passed(hops, interconnect::PacketKind::delta, kTiming, Duration{4000}, Duration{1000}, begins);
  // Head at router 0 at 1000, out at 3000, at router 1 at 4000: it could go on at 6000.
  EXPECT_THAT(sink.heard, ElementsAre("6000:1", "DELTA 20000..24000", "24000:-1"));
  sink.wanted = false;
  EXPECT_FALSE(trace.wanted());
  EXPECT_FALSE((interconnect::LinkTrace{nullptr, kMesh.node_count()}.wanted()));
}

}  // namespace
