#pragma once

#include <cstdint>
#include <vector>

#include "model/network/mapping.h"
#include "model/network/network_parameters.h"

namespace kirchhoff::model {

/// One register write of the host.
struct RegisterWrite {
  std::uint64_t address = 0;
  std::uint32_t value = 0;
};

struct ProgramOptions {
  std::size_t route_entries = 1024;
  std::size_t flow_entries = 256;
  double backward_full_scale = 1;
  std::int64_t adc_bits = 9;
  bool overlap = false;  ///< conversions with the next layer's reads
  double learning_rate = 0;
  std::uint32_t transfer_interval = 0;
};

/// All register writes that turn an unconfigured chip into this network: route tables, roles and flows of
/// the tiles, the sequencer's settings. Throws InputError where tables of the chip are too small.
std::vector<RegisterWrite> make_program(const NetworkSpec& network, const Mapping& mapping,
                                        const ProgramOptions& options);

/// The writes that change the learning rate.
std::vector<RegisterWrite> learning_rate_program(const Mapping& mapping, double learning_rate);

}  // namespace kirchhoff::model
