#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace kirchhoff::testbenches {

/// Numbers of registers as the target description gives them to the debugger: x0 to x31, pc, and from
/// `csr_base` on the control and status registers by their number (mepc: csr_base + 0x341).
namespace gdb_register {
inline constexpr unsigned pc = 32;
inline constexpr unsigned csr_base = 65;
inline constexpr unsigned end = csr_base + 0x1000;
}  // namespace gdb_register

enum class WatchKind { write, read, access };

/// Why the target does not run.
struct GdbStop {
  enum class Why {
    start,        ///< before its first instruction
    step,         ///< the one instruction that was asked for is done
    breakpoint,   ///< set by set_breakpoint; pc is its address, the instruction there has not run
    watchpoint,   ///< pc is that of an instruction about to access watched memory; it has not run
    interrupted,  ///< GdbServer::poll() said so
    illegal,      ///< it stopped itself: an instruction that does not exist, and nobody handles it
    fault,        ///< ... an access or a jump to nowhere
    deadlock      ///< ... it sleeps and nothing can wake it
  };
  Why why = Why::start;
  WatchKind watch = WatchKind::write;  ///< of a watchpoint
  std::uint32_t address = 0;           ///< to be accessed, of a watchpoint
  std::string text;                    ///< for the debugger's user, one line, or nothing
};

/// What the debugger wants next.
enum class GdbResume {
  run,   ///< until something stops it
  step,  ///< one instruction. Interrupts should wait meanwhile, so that a step goes to the next line of the
         ///< code that is looked at and not into a handler; breakpoints do not stop it.
  kill   ///< end the simulation now
};

/// A hart as a debugger sees it. The server calls it only from within its own stopped(), poll() and exited(),
/// in the thread that called these. No call may let simulated time pass or throw.
class GdbTarget {
 public:
  GdbTarget() = default;
  GdbTarget(const GdbTarget&) = delete;
  GdbTarget& operator=(const GdbTarget&) = delete;
  virtual ~GdbTarget() = default;

  /// Nothing for a register that the hart does not have.
  virtual std::optional<std::uint32_t> read_register(unsigned number) = 0;
  /// False for one that it does not have or cannot write; x0 stays 0.
  virtual bool write_register(unsigned number, std::uint32_t value) = 0;

  /// Reads from `address` on, without side effects (devices by debug transport, in aligned words where they
  /// want it); returns how many bytes there were, from the first one on. address + bytes.size() <= 2^32.
  virtual std::size_t read_memory(std::uint32_t address, std::span<std::uint8_t> bytes) = 0;
  /// False where not all of it could be written. Code that was translated must be forgotten.
  virtual bool write_memory(std::uint32_t address, std::span<const std::uint8_t> bytes) = 0;

  /// From now on the hart stops before the instruction at `address`, also when it is the first one after a
  /// run was asked for. Setting one twice, or removing one that is not there, does no harm (true).
  virtual bool set_breakpoint(std::uint32_t address) = 0;
  virtual bool clear_breakpoint(std::uint32_t address) = 0;
  /// The hart stops before an instruction that accesses [address, address + bytes) when it runs, not when it
  /// steps: GDB takes RISC-V to stop before the access, and steps over it to see the new value (see
  /// memory_access.h, WatchpointSet). False: it cannot, which GDB reports as too many watchpoints.
  virtual bool set_watchpoint(WatchKind, std::uint32_t /*address*/, std::uint32_t /*bytes*/) { return false; }
  virtual bool clear_watchpoint(WatchKind, std::uint32_t /*address*/, std::uint32_t /*bytes*/) {
    return false;
  }
};

}  // namespace kirchhoff::testbenches
