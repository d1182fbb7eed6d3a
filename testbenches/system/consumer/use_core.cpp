#include <iostream>

#include "model/presets/configuration.h"

int main() {
  const auto configuration = kirchhoff::model::load_configuration("209k");
  const auto& chip = configuration->chip;
  std::cout << "cells " << chip.mesh_rows * chip.mesh_columns * chip.tile_rows * chip.tile_columns << '\n';
}
