#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "testbenches/cosim/gdb/breakpoint_set.h"
#include "testbenches/cosim/gdb/gdb_target.h"
#include "testbenches/cosim/gdb/watchpoint_set.h"
#include "testbenches/cosim/hart/emulator.h"
#include "testbenches/cosim/hart/instruction_observer.h"
#include "testbenches/cosim/hart/trap.h"

namespace kirchhoff::testbenches {

/// What a hart reaches beside its memory.
class HartBus {
 public:
  HartBus() = default;
  HartBus(const HartBus&) = delete;
  HartBus& operator=(const HartBus&) = delete;
  virtual ~HartBus() = default;

  /// 1, 2 or 4 bytes. False: refused, which the program sees as an access fault. May call set_lines(),
  /// set_limit() and request_stop() of the hart that accesses; may not throw.
  virtual bool access(std::uint32_t address, unsigned bytes, bool write, std::uint32_t& value) = 0;

  /// As many instructions as set_limit() says are begun. True: there is a new limit, the hart may go on; what
  /// access() may do is allowed here, too. False: run() is to return. Going on without returning saves half
  /// of the cost of a short quantum.
  virtual bool limit_reached() { return false; }
};

/// The instructions of a RISC-V hart, RV32IMAC, machine mode: counted, interrupted and trapped exactly,
/// without any notion of time.
///
/// Every instruction that is begun counts, one that traps too. Interrupts are taken between two
/// instructions, external before software before timer. A trap that its handler causes by its first
/// instruction can have no end: run() stops with Pause::dead_end, as where mtvec is 0.
///
/// Not modelled: user and supervisor mode, physical memory protection, mip (lines are seen by their effect,
/// mip reads 0), mcycle and minstret (they read the emulator's own clock).
class HartCore final : private EmulatorClient {
 public:
  struct Memory {
    std::uint32_t base = 0;
    std::span<std::byte> bytes;  ///< whole pages of 4 KiB; the caller keeps it
  };
  struct Devices {
    std::uint32_t base = 0;
    std::uint32_t bytes = 0;  ///< whole pages
  };
  /// `bus` must outlive the core.
  HartCore(const Memory& memory, std::span<const Devices> devices, HartBus& bus, std::uint32_t reset_pc);

  enum class Pause : std::uint8_t {
    limit,               ///< as many instructions as set_limit() says
    stop_request,        ///< request_stop()
    wait_for_interrupt,  ///< WFI with no enabled line high
    breakpoint,          ///< before the instruction at pc()
    watchpoint,          ///< before an instruction that accesses what is watched
    dead_end,            ///< see dead_end()
  };
  /// Runs until one of these; never an instruction more.
  Pause run();

  /// Instructions begun since reset.
  [[nodiscard]] std::uint64_t executed() const { return executed_; }
  /// run() returns before there are more of them.
  void set_limit(std::uint64_t executed);
  /// run() returns before the next instruction.
  void request_stop();

  /// Lines that are high, as InterruptLine.
  void set_lines(std::uint32_t lines);
  [[nodiscard]] std::uint32_t lines() const { return lines_; }
  /// A line is high that mie enables: WFI ends, whatever mstatus.MIE is.
  [[nodiscard]] bool wakes() const;

  /// Others than the hart have written into memory. Within an access of the hart it waits for the next run.
  void memory_written(std::uint32_t address, std::uint32_t bytes);

  // Debugging: between two runs.
  void add_breakpoint(std::uint32_t address);
  void remove_breakpoint(std::uint32_t address);
  void add_watchpoint(WatchKind kind, std::uint32_t address, std::uint32_t bytes);
  void remove_watchpoint(WatchKind kind, std::uint32_t address, std::uint32_t bytes);
  /// After Pause::watchpoint.
  [[nodiscard]] const GdbStop& watched() const { return *watched_; }
  /// While it is on, neither interrupts nor breakpoints come between.
  void set_stepping(bool on);
  [[nodiscard]] std::uint32_t pc() const { return next_pc_; }
  void set_pc(std::uint32_t pc) { next_pc_ = pc & ~1U; }
  [[nodiscard]] const Emulator& registers() const { return emulator_; }
  [[nodiscard]] Emulator& registers() { return emulator_; }

  /// The instruction in memory, two bytes or four; 0 outside of memory, which no instruction is.
  [[nodiscard]] std::uint32_t instruction_at(std::uint32_t address) const;
  /// Told of every instruction and trap; null for nobody, which is much faster.
  void set_observer(InstructionObserver* observer);

  /// After Pause::dead_end: the trap that no handler takes.
  [[nodiscard]] const Trap& dead_end() const { return dead_end_; }

 private:
  static void on_instruction(uc_struct* engine, std::uint64_t address, std::uint32_t bytes, void* user);
  void attend(std::uint32_t address);
  void pause_with(Pause pause);
  void begin_again();
  void plan_attention();

  // EmulatorClient
  std::uint32_t device_read(std::uint32_t address, unsigned bytes) override;
  void device_write(std::uint32_t address, unsigned bytes, std::uint32_t value) override;
  void unmapped(std::uint32_t address) override;
  void exception(std::uint32_t number) override;

  void refuse(TrapCause cause, std::uint32_t address);
  [[nodiscard]] std::optional<TrapCause> takeable() const;
  /// False: it is a dead end.
  bool enter(const Trap& trap);
  [[nodiscard]] std::optional<Trap> trap_of(Emulator::End end);
  [[nodiscard]] Trap bad_access() const;
  bool is_watched(std::uint32_t address);
  void forget_written_code();

  Memory memory_;
  HartBus& bus_;
  Emulator emulator_;

  // What every instruction touches.
  std::uint64_t executed_ = 0;
  /// From here on attend() looks at every instruction.
  std::uint64_t attention_from_ = 0;
  std::uint32_t current_ = 0;

  std::uint64_t limit_ = 0;
  std::uint32_t next_pc_ = 0;
  std::uint32_t lines_ = 0;
  bool lines_unchecked_ = false;  ///< lines, mie or mstatus may have changed since takeable() was asked
  bool stop_requested_ = false;
  bool hook_stopped_ = false;      ///< it has stopped the emulator
  std::optional<Pause> pause_;     ///< for which it has, and the run returns
  std::optional<Trap> trap_;       ///< for which a callback has stopped it
  std::uint32_t bad_address_ = 0;  ///< of what is not mapped
  BreakpointSet breakpoints_;
  WatchpointSet watchpoints_;
  std::optional<GdbStop> watched_;
  bool stepping_ = false;
  InstructionObserver* observer_ = nullptr;
  struct Range {
    std::uint32_t address;
    std::uint32_t bytes;
  };
  std::vector<Range> written_;  ///< by others, and not told to the emulator yet
  Trap dead_end_;
};

}  // namespace kirchhoff::testbenches
