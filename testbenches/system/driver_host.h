#pragma once

#include <kirchhoff_network.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "testbenches/cosim/image/network_image.h"
#include "testbenches/system/firmware_bench.h"

namespace kirchhoff::testbenches {

/// The C driver's six functions over a host of the chip, in the host's thread.
class DriverHost {
 public:
  explicit DriverHost(FirmwareHost& host) : host_(host) {
    hal = {this, &read32, &write32, &wait_irq, &dma_alloc, &dma_free, &now};
  }

  kirchhoff_hal hal{};
  /// dma_alloc finds room so many times more.
  int allocations_left = 1000;

  /// A place in memory and the chip's address of it.
  template <typename T>
  struct Place {
    T* data;
    std::uint32_t address;
  };
  template <typename T>
  Place<T> place(std::size_t count) {
    std::uint32_t address = 0;
    void* const memory = dma_alloc(this, count * sizeof(T), &address);
    return {static_cast<T*>(memory), address};
  }

  /// Puts an image where the chip finds it.
  Place<kirchhoff_image> put(std::span<const std::byte> image) {
    const auto there = place<std::byte>(image.size());
    std::copy(image.begin(), image.end(), there.data);
    return {reinterpret_cast<kirchhoff_image*>(there.data), there.address};
  }

 private:
  static DriverHost& self(void* context) { return *static_cast<DriverHost*>(context); }

  static std::uint32_t read32(void* context, std::uint32_t offset) {
    return self(context).host_.get(offset).value;
  }
  static void write32(void* context, std::uint32_t offset, std::uint32_t value) {
    self(context).host_.put(offset, value);
  }
  static int wait_irq(void* context, std::uint64_t timeout_ns) {
    FirmwareHost& host = self(context).host_;
    // The line follows a register write within a delta cycle.
    host.sleep(foundation::Duration{0});
    host.sleep(foundation::Duration{0});
    const auto most = static_cast<double>(std::min<std::uint64_t>(timeout_ns, 100'000'000'000));
    if (!host.interrupt.read()) {
      host.wait_for_interrupt(sc_core::sc_time(most, sc_core::SC_NS));
    }
    return host.interrupt.read() ? 0 : -1;
  }
  static void* dma_alloc(void* context, std::size_t bytes, std::uint32_t* address) {
    if (self(context).allocations_left-- <= 0) {
      return nullptr;
    }
    auto& memory = self(context).host_.memory;
    const std::uint64_t at = memory.allocate(bytes);
    *address = static_cast<std::uint32_t>(at);
    return memory.writable(at, bytes).data();
  }
  static void dma_free(void* /*context*/, void* /*memory*/) {}  // the map keeps it to its end
  static std::uint64_t now(void* /*context*/) {
    return static_cast<std::uint64_t>(sc_core::sc_time_stamp() / sc_core::sc_time(1, sc_core::SC_NS));
  }

  FirmwareHost& host_;
};

}  // namespace kirchhoff::testbenches
