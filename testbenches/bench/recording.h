#pragma once

#include <string>

#include "testbenches/host/data_set.h"

namespace kirchhoff::testbenches {

/// CPU time of the same training with a recording, over that without: medians of runs that take turns.
/// Waiting for the disk is not part of it.
struct RecordingCosts {
  int rounds = 0;
  std::size_t full_examples = 0;
  std::size_t chosen_examples = 0;
  double plain_us = 0;        ///< an example without recording
  double waveforms = 0;       ///< all signals, of every example
  double transactions = 0;    ///< the log, of every example
  double both = 0;            ///< both
  double chosen = 0;          ///< sequencer, one tile and its synapse, of every example
  double ended = 0;           ///< all signals, but the window is over
  double waveform_bytes = 0;  ///< an example
  double transaction_bytes = 0;
};

RecordingCosts measure_recording(const std::string& preset, const DataSet& data);

void print_recording(const RecordingCosts& costs);

}  // namespace kirchhoff::testbenches
