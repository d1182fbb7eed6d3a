#pragma once

#include <span>
#include <vector>

#include "model/network/register_write.h"

namespace kirchhoff::model {

/// The writes that take a network off a chip: every register that `program` (make_program) has written and
/// `kept` does not write is as after power-on again. Tiles are disabled first; they and
/// their flows are so even where `kept` writes them anew: an entry must be invalid before it gets another
/// route. Access tables stay, they are the chip's.
std::vector<RegisterWrite> erase_program(std::span<const RegisterWrite> program,
                                         std::span<const RegisterWrite> kept = {});

/// The writes that turn a chip with the network of `from` into one with that of `to`, while it is idle.
/// Weights are programmed afterwards by descriptors, as into a fresh chip. What registers do not hold goes
/// on: simulated time and drift, what counts operations to key random numbers, examples since the last
/// transfer, and what is left of the old weights in cells that the new network does not use.
std::vector<RegisterWrite> reprogram(std::span<const RegisterWrite> from, std::span<const RegisterWrite> to);

/// Of a program, what the sequencer gets. Where networks lie side by side on a chip, reprogram() of one's
/// part to the other's makes the other the active one; tiles keep their roles and weights, and the charge of
/// an idle network's cells decays (a transfer before the change saves it).
std::vector<RegisterWrite> sequencer_part(std::span<const RegisterWrite> program);

}  // namespace kirchhoff::model
