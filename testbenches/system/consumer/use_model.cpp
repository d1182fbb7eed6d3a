#include <iostream>

#include "foundation/ledger.h"
#include "model/chip/chip.h"
#include "model/presets/configuration.h"

int sc_main(int, char*[]) {
  sc_core::sc_set_time_resolution(1, sc_core::SC_PS);
  const auto configuration = kirchhoff::model::load_configuration("209k");
  const auto description = kirchhoff::model::describe_chip(*configuration, kirchhoff::tiles::Detail::physics);
  kirchhoff::foundation::Ledger ledger{description.topology.node_count()};
  const kirchhoff::model::Chip chip{"chip", description, {ledger}};
  std::cout << "tiles " << description.topology.node_count() << ", " << chip.name() << " elaborated\n";
  return 0;
}
