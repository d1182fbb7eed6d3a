#pragma once

#include <span>
#include <vector>

#include "foundation/ledger.h"
#include "model/network/mapping.h"
#include "model/network/network.h"
#include "model/presets/configuration.h"
#include "testbenches/host/report.h"
#include "testbenches/host/report_cost.h"

namespace kirchhoff::testbenches {

/// What a report says of the chip: as it is configured, with no network yet.
void describe_chip(const model::Configuration& configuration, RunResult& result);

/// And of the network on it, after describe_chip().
void describe_network(const model::NetworkSpec& network, const model::Mapping& mapping, RunResult& result);

/// By tile, from 0; -1 where it holds none. After describe_network().
[[nodiscard]] std::vector<int> layers_of_tiles(const RunResult& result);

/// For price_run(); what is given must outlive it.
[[nodiscard]] CostInputs cost_inputs(const model::Configuration& configuration,
                                     const foundation::Ledger& ledger, std::span<const int> layer_of_tile);

}  // namespace kirchhoff::testbenches
