#pragma once

#include <array>

#include "foundation/phase.h"

namespace kirchhoff::foundation {

inline constexpr std::array<Phase, phase_count> all_phases{Phase::setup,  Phase::forward,  Phase::backward,
                                                           Phase::update, Phase::transfer, Phase::inference};

/// What training consists of; set-up and inference are reported apart.
inline constexpr std::array<Phase, 4> training_phases{Phase::forward, Phase::backward, Phase::update,
                                                      Phase::transfer};

}  // namespace kirchhoff::foundation
