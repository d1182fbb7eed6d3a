#pragma once

#include <cstddef>
#include <string>

#include "interconnect/packet.h"
#include "model/network/mapping.h"
#include "model/network/network.h"

namespace kirchhoff::model {

/// A synapse in the network's own coordinates, all from 0: the row is the input, the bias comes after the
/// last one; the column is the output.
struct SynapseName {
  std::size_t layer = 0;
  std::size_t row = 0;
  std::size_t column = 0;

  friend bool operator==(const SynapseName&, const SynapseName&) = default;
};

/// Where the chip holds it.
struct SynapsePlace {
  interconnect::NodeId node = 0;
  std::size_t row = 0;
  std::size_t column = 0;
};

/// Throws InputError with the valid range where the network has no such synapse.
SynapsePlace locate(const NetworkSpec& network, const Mapping& mapping, const SynapseName& synapse);

}  // namespace kirchhoff::model
