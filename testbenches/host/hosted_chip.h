#pragma once

#include <systemc>
#include <utility>

#include "model/chip/chip.h"
#include "testbenches/host/host_module.h"

namespace kirchhoff::testbenches {

/// A chip and its host, wired to each other; once per process.
struct HostedChip {
  HostedChip(const model::ChipDescription& description, const foundation::Services& services,
             Host::Program program, const interconnect::SocketBinder& binder = interconnect::SocketBinder{})
      : chip("chip", description, services, binder), host("host", std::move(program), description.style) {
    binder.bind(host.chip, chip.host);
    binder.bind(chip.memory, host.memory_socket);
    chip.interrupt(interrupt);
    host.interrupt(interrupt);
  }

  model::Chip chip;
  Host host;
  sc_core::sc_signal<bool> interrupt{"interrupt"};
};

}  // namespace kirchhoff::testbenches
