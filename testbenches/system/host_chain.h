#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "testbenches/cosim/image/image_view.h"
#include "testbenches/system/firmware_bench.h"

namespace kirchhoff::testbenches {

/// The whole training of a network image, from register writes to the weights read back, as one chain of
/// descriptors that the testbench's own host makes: with one doorbell, the chip is never idle in between.
class HostChain {
 public:
  /// Puts the chain into a ring of its own; the doorbell is the caller's. `image` must outlive the host.
  HostChain(FirmwareHost& host, const std::vector<std::byte>& image)
      : host_(host), view_(image, "image"), base_(host.memory.attach(image)) {
    host.make_ring(128);
    const auto& header = view_.header();
    configure(header.writes_offset, header.writes_count);
    for (const auto& tile : view_.tiles()) {
      auto work = of_tile(model::DescriptorOperation::program_weights, tile);
      work.input_address = base_ + tile.weights_offset;
      programmed_ = host.push(work);
    }
    for (const auto& epoch : view_.epochs()) {
      if (epoch.writes_count > 0) {
        configure(epoch.writes_offset, epoch.writes_count);
      }
      push_examples(model::DescriptorOperation::train, header.train, base_ + epoch.order_offset);
      push_examples(model::DescriptorOperation::infer, header.test, 0);
    }
    read_back();
  }

  /// When the last weight was programmed, ps.
  [[nodiscard]] std::uint64_t programmed_ps() const { return host_.record(programmed_).completion.time_ps; }
  /// Tile by tile, once the chain is done.
  [[nodiscard]] std::vector<float> weights() const {
    std::vector<float> weights(cells_);
    const auto bytes = host_.memory.readable(read_, cells_ * sizeof(float));
    std::memcpy(weights.data(), bytes.data(), bytes.size());
    return weights;
  }

 private:
  void configure(std::uint32_t offset, std::uint32_t count) {
    model::Descriptor work{};
    work.operation = static_cast<std::uint32_t>(model::DescriptorOperation::configure);
    work.count = count;
    work.input_address = base_ + offset;
    host_.push(work);
  }
  static model::Descriptor of_tile(model::DescriptorOperation operation, const kirchhoff_image_tile& tile) {
    model::Descriptor work{};
    work.operation = static_cast<std::uint32_t>(operation);
    work.node = tile.node;
    work.count = tile.rows;
    work.columns = tile.columns;
    work.stride = tile.columns * 4;
    return work;
  }
  void push_examples(model::DescriptorOperation operation, const kirchhoff_image_examples& examples,
                     std::uint64_t order) {
    model::Descriptor work{};
    work.operation = static_cast<std::uint32_t>(operation);
    work.count = examples.count;
    work.input_address = base_ + examples.offset_inputs;
    work.label_address = base_ + examples.offset_labels;
    work.order_address = order;
    work.stride = view_.header().stride;
    host_.push(work);
  }
  void read_back() {
    for (const auto& tile : view_.tiles()) {
      cells_ += std::size_t{tile.rows} * tile.columns;
    }
    read_ = host_.memory.allocate(cells_ * sizeof(float));
    std::uint64_t next = read_;
    for (const auto& tile : view_.tiles()) {
      auto work = of_tile(model::DescriptorOperation::read_weights, tile);
      work.output_address = next;
      next += std::uint64_t{tile.rows} * tile.columns * 4;
      host_.push(work);
    }
  }

  FirmwareHost& host_;
  ImageView view_;
  std::uint64_t base_;
  std::uint32_t programmed_ = 0;
  std::size_t cells_ = 0;
  std::uint64_t read_ = 0;
};

}  // namespace kirchhoff::testbenches
