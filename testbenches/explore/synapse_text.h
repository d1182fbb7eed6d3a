#pragma once

#include <string>

#include "model/network/synapse_place.h"

namespace kirchhoff::testbenches {

/// "LAYER,ROW,COLUMN". Throws InputError for anything else.
model::SynapseName parse_synapse(const std::string& text);

}  // namespace kirchhoff::testbenches
