// The chip itself on real data, driven as by firmware.

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "testbenches/host/child.h"
#include "testbenches/system/network_on_chip.h"
#include "testbenches/system/real_data.h"

namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;

double percent_right(ChipDriver& driver, MemoryMap& memory, const Examples& examples) {
  const auto completion = driver.infer(batch_of(memory, examples));
  EXPECT_EQ(completion.count, examples.count());
  return 100.0 * completion.correct / static_cast<double>(examples.count());
}

/// Epochs of the images; KIRCHHOFF_EPOCHS=10 is the whole training.
int epochs_of_images() {
  const char* const text = std::getenv("KIRCHHOFF_EPOCHS");
  return text == nullptr ? 1 : std::stoi(text);
}

/// Loads a network that the chip is programmed for, trains it, the learning rate falling from epoch to epoch,
/// and tests it on the chip.
double train_and_test(ChipDriver& driver, MemoryMap& memory, const NetworkOnChip& network,
                      const model::NetworkParameters& parameters, const DataSet& data, int epochs) {
  driver.load_weights(network.mapping, network.start);
  const auto batch = batch_of(memory, data.train);
  double rate =
      data.kind == DataSet::Kind::images ? parameters.image_learning_rate : parameters.feature_learning_rate;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    if (epoch > 0) {
      rate *= parameters.learning_rate_decay;
      driver.write_registers(model::learning_rate_program(network.mapping, rate));
    }
    EXPECT_EQ(driver.train(batch).count, data.train.count());
  }
  return percent_right(driver, memory, data.test);
}

TEST(AcceptanceChip, MnistTrainsAfterReprogrammingFromCifar100WithoutElaboration) {
  const auto features_folder = real_data("cifar100_features");
  const auto images_folder = real_data("mnist");
  if (!features_folder || !images_folder) {
    GTEST_SKIP() << "no CIFAR-100 features or no MNIST: set KIRCHHOFF_DATA to the folder that holds "
                    "cifar100_features/ and mnist/";
  }
  const auto features = load_data_set(features_folder->string(), {.train = 6000, .test = 2000});
  const auto images = load_data_set(images_folder->string());
  const auto fresh = in_child_values<float>([&]() -> std::vector<float> {
    ChipBench bench{{}};
    const NetworkOnChip network{bench, images.input_count, images.class_count, true};
    double percent = 0;
    bench.run([&](ChipDriver& driver, MemoryMap& memory) {
      driver.start();
      driver.write_registers(network.plan.writes);
      percent =
          train_and_test(driver, memory, network, bench.configuration->network, images, epochs_of_images());
    });
    return {static_cast<float>(percent)};
  });
  ChipBench bench{{}};
  const NetworkOnChip first{bench, features.input_count, features.class_count, false};
  const NetworkOnChip second{bench, images.input_count, images.class_count, true};
  double feature_percent = 0;
  double image_percent = 0;
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    driver.start();
    driver.write_registers(first.plan.writes);
    feature_percent = train_and_test(driver, memory, first, bench.configuration->network, features, 1);
    driver.write_registers(model::reprogram(first.plan.writes, second.plan.writes));
    image_percent =
        train_and_test(driver, memory, second, bench.configuration->network, images, epochs_of_images());
  });
  std::printf("CIFAR-100 features %.2f %%, then MNIST %.2f %% (on a fresh chip %.2f %%)\n", feature_percent,
              image_percent, static_cast<double>(fresh.at(0)));
  EXPECT_GE(feature_percent, 40.0);
  EXPECT_GE(image_percent, 93.0);
  EXPECT_NEAR(image_percent, static_cast<double>(fresh.at(0)), 1.0);
}

}  // namespace
