#include <gtest/gtest.h>

#include "testbenches/unit/network_bench.h"

namespace {

using namespace kirchhoff;
using periphery::ActivationKind;
using unit::network_of;

TEST(Network, SynapsesOfThePublishedNetworks) {
  EXPECT_EQ(network_of({250, 125}, 528, 10).synapses(), 164885U);
  EXPECT_EQ(network_of({}, 2048, 100).synapses(), 204900U);
  EXPECT_EQ(network_of({}, 2048, 10).synapses(), 20490U);
}

TEST(Network, Names) {
  EXPECT_EQ(network_of({250, 125}, 528, 10).name(), "528-250-125-10");
  EXPECT_EQ(network_of({}, 2048, 100).name(), "2048-100");
}

TEST(Network, OperationsByHand) {
  // 3-2-2: forward and update 2 x (8 + 6), transposed read of the second layer without bias 2 x 2.
  EXPECT_EQ(network_of({2}, 3, 2).operations_per_example(), 2U * (2 * (8 + 6) + 4));
}

TEST(Network, LayersFollowFromTheParameters) {
  const auto network = network_of({30, 20}, 40, 12);
  ASSERT_EQ(network.layers.size(), 3U);
  EXPECT_EQ(network.inputs(), 40U);
  EXPECT_EQ(network.classes(), 12U);
  EXPECT_EQ(network.layers[1].inputs, 30U);
  EXPECT_EQ(network.layers[1].outputs, 20U);
  EXPECT_EQ(network.layers[0].activation, ActivationKind::logistic);
  EXPECT_EQ(network.layers[2].activation, ActivationKind::linear);
  EXPECT_EQ(network.layers[0].adc_full_scale, 6.0);
  EXPECT_EQ(network.layers[2].adc_full_scale, 16.0);  // more than ten classes
}

TEST(Network, ReluOutputsAreTheNextInputs) {
  const auto network = network_of({30, 20}, 40, 10, "relu");
  EXPECT_EQ(network.layers[0].activation, ActivationKind::relu);
  EXPECT_EQ(network.layers[0].input_scale, 1.0);
  EXPECT_EQ(network.layers[0].output_scale, 4.0);
  EXPECT_EQ(network.layers[1].input_scale, 4.0);
  EXPECT_EQ(network.layers[2].input_scale, 4.0);
}

TEST(Network, FeaturesHaveTheirOwnWidths) {
  model::NetworkParameters parameters;
  const periphery::PeripheryParameters periphery;
  EXPECT_EQ(make_network(parameters, periphery, 2048, 100, false).name(), "2048-100");
  EXPECT_EQ(make_network(parameters, periphery, 528, 10, true).name(), "528-250-125-10");
}

}  // namespace
