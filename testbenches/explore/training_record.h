#pragma once

#include <cstdint>
#include <vector>

namespace kirchhoff::testbenches {

/// How far a run is and what it has found out so far: the host's part of a checkpoint.
struct TrainingRecord {
  struct Epoch {
    int epoch = 0;             ///< from 1
    double test_percent = 0;   ///< on a frozen copy of the weights
    double train_percent = 0;  ///< of the examples before learning from them
    double mean_loss = 0;      ///< nat
    double simulated_s = 0;    ///< when it ended
    double wall_s = 0;         ///< of the training alone

    template <typename Self, typename Archive>
    static void state_of(Self& self, Archive& archive) {
      archive(self.epoch, self.test_percent, self.train_percent, self.mean_loss, self.simulated_s,
              self.wall_s);
    }
  };

  /// A loss of supply, as in RunResult::PowerOff.
  struct PowerOff {
    std::uint64_t example = 0;
    bool before_transfer = false;
    double before_percent = 0;
    double after_percent = 0;
    double setup_s = 0;
    std::uint64_t register_writes = 0;

    template <typename Self, typename Archive>
    static void state_of(Self& self, Archive& archive) {
      archive(self.example, self.before_transfer, self.before_percent, self.after_percent, self.setup_s,
              self.register_writes);
    }
  };

  std::uint32_t epoch = 0;  ///< under way, from 0
  // Of that epoch, without the batch that the chip works on.
  std::uint32_t done = 0;  ///< examples
  std::uint32_t correct = 0;
  double loss = 0;
  double wall_s = 0;       ///< batch included
  bool under_way = false;  ///< the chip works on a batch
  /// Trained when the chip's own count was 0, which it is after power-on.
  std::uint64_t examples_before_count = 0;
  std::vector<Epoch> epochs;
  std::vector<PowerOff> power_offs;

  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.epoch, self.done, self.correct, self.loss, self.wall_s, self.under_way,
            self.examples_before_count, self.epochs, self.power_offs);
  }
};

}  // namespace kirchhoff::testbenches
