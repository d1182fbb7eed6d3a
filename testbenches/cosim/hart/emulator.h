#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

struct uc_struct;  // of Unicorn, whose header nobody else needs

namespace kirchhoff::testbenches {

/// Who is told what the emulator meets. None of these may throw: they are called from C.
class EmulatorClient {
 public:
  EmulatorClient() = default;
  EmulatorClient(const EmulatorClient&) = delete;
  EmulatorClient& operator=(const EmulatorClient&) = delete;
  virtual ~EmulatorClient() = default;

  /// An access to a device.
  virtual std::uint32_t device_read(std::uint32_t address, unsigned bytes) = 0;
  virtual void device_write(std::uint32_t address, unsigned bytes, std::uint32_t value) = 0;
  /// An access, or a fetch, where nothing is mapped or no code may be. The emulator stops by itself.
  virtual void unmapped(std::uint32_t address) = 0;
  /// The processor's exception of this number. The emulator has to be stopped.
  virtual void exception(std::uint32_t number) = 0;
};

/// Unicorn's RISC-V processor (RV32IMAC of its default core, machine mode), as far as a hart needs it. An
/// error of Unicorn itself is a ModelError.
class Emulator {
 public:
  explicit Emulator(EmulatorClient& client);
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;
  ~Emulator();

  /// Memory that stays the caller's; base, address and size are multiples of 4 KiB.
  void map_memory(std::uint32_t base, std::span<std::byte> bytes);
  /// Accesses go to the client; code cannot be fetched.
  void map_devices(std::uint32_t base, std::uint32_t bytes);

  /// Calls `hook(user, address)` before every instruction.
  using InstructionHook = void (*)(uc_struct*, std::uint64_t address, std::uint32_t bytes, void* user);
  void hook_instructions(InstructionHook hook, void* user);

  enum class End { stopped, bad_access, bad_fetch, invalid_instruction, other };
  /// Runs from `pc` until something ends it.
  End run(std::uint32_t pc);
  /// Within a hook: ends the run before the instruction it is called for, or in the middle of it where it
  /// accesses a device; the processor then is as before that instruction.
  void stop();
  /// What the last run ended with, for messages.
  [[nodiscard]] const char* last_error() const;

  /// Code in this range was written by others than the processor.
  void forget_code(std::uint32_t address, std::uint32_t bytes);

  /// x0 to x31.
  [[nodiscard]] std::uint32_t x(unsigned index) const;
  void set_x(unsigned index, std::uint32_t value);
  [[nodiscard]] std::uint32_t pc() const;
  void set_pc(std::uint32_t value);

  enum class Csr { mstatus, mie, mtvec, mscratch, mepc, mcause, mtval, misa, mhartid };
  [[nodiscard]] std::uint32_t csr(Csr csr) const;
  void set_csr(Csr csr, std::uint32_t value);

 private:
  /// Unicorn gives a device callback the offset within its region only.
  struct Region {
    EmulatorClient* client;
    std::uint32_t base;
  };
  static std::uint64_t read_region(uc_struct* engine, std::uint64_t offset, unsigned bytes, void* region);
  static void write_region(uc_struct* engine, std::uint64_t offset, unsigned bytes, std::uint64_t value,
                           void* region);
  [[nodiscard]] std::uint32_t read(int id) const;
  void write(int id, std::uint32_t value);
  void check(int error, const char* doing) const;

  EmulatorClient& client_;
  std::deque<Region> regions_;  ///< the engine keeps pointers to them
  uc_struct* engine_ = nullptr;
  int last_error_ = 0;
};

}  // namespace kirchhoff::testbenches
