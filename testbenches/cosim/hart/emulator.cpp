#include "testbenches/cosim/hart/emulator.h"

#include <unicorn/unicorn.h>

#include <string>

#include "foundation/error.h"

namespace kirchhoff::testbenches {
namespace {

EmulatorClient& client_of(void* user) {
  return *static_cast<EmulatorClient*>(user);
}

void on_exception(uc_engine* /*engine*/, std::uint32_t number, void* user) {
  client_of(user).exception(number);
}

bool on_unmapped(uc_engine* /*engine*/, uc_mem_type /*type*/, std::uint64_t address, int /*bytes*/,
                 std::int64_t /*value*/, void* user) {
  client_of(user).unmapped(static_cast<std::uint32_t>(address));
  return false;
}

// Unicorn takes hooks of all kinds as void*.
template <typename Hook>
void* as_hook(Hook hook) {
  return reinterpret_cast<void*>(hook);
}

constexpr std::uint64_t everywhere_begin = 1;  // begin beyond end means everywhere
constexpr std::uint64_t everywhere_end = 0;

int id_of(Emulator::Csr csr) {
  switch (csr) {
    case Emulator::Csr::mstatus:
      return UC_RISCV_REG_MSTATUS;
    case Emulator::Csr::mie:
      return UC_RISCV_REG_MIE;
    case Emulator::Csr::mtvec:
      return UC_RISCV_REG_MTVEC;
    case Emulator::Csr::mscratch:
      return UC_RISCV_REG_MSCRATCH;
    case Emulator::Csr::mepc:
      return UC_RISCV_REG_MEPC;
    case Emulator::Csr::mcause:
      return UC_RISCV_REG_MCAUSE;
    case Emulator::Csr::mtval:
      return UC_RISCV_REG_MTVAL;
    case Emulator::Csr::misa:
      return UC_RISCV_REG_MISA;
    case Emulator::Csr::mhartid:
      return UC_RISCV_REG_MHARTID;
  }
  return UC_RISCV_REG_INVALID;
}

}  // namespace

std::uint64_t Emulator::read_region(uc_struct* /*engine*/, std::uint64_t offset, unsigned bytes, void* user) {
  const auto& region = *static_cast<const Region*>(user);
  return region.client->device_read(region.base + static_cast<std::uint32_t>(offset), bytes);
}

void Emulator::write_region(uc_struct* /*engine*/, std::uint64_t offset, unsigned bytes, std::uint64_t value,
                            void* user) {
  const auto& region = *static_cast<const Region*>(user);
  region.client->device_write(region.base + static_cast<std::uint32_t>(offset), bytes,
                              static_cast<std::uint32_t>(value));
}

Emulator::Emulator(EmulatorClient& client) : client_(client) {
  check(uc_open(UC_ARCH_RISCV, UC_MODE_RISCV32, &engine_), "open");
  uc_hook hook = 0;
  check(uc_hook_add(engine_, &hook, UC_HOOK_INTR, as_hook(on_exception), &client_, everywhere_begin,
                    everywhere_end),
        "hook exceptions");
  check(uc_hook_add(engine_, &hook, UC_HOOK_MEM_INVALID, as_hook(on_unmapped), &client_, everywhere_begin,
                    everywhere_end),
        "hook bad accesses");
}

Emulator::~Emulator() {
  uc_close(engine_);
}

void Emulator::check(int error, const char* doing) const {
  if (error != UC_ERR_OK) {
    throw foundation::ModelError(std::string{"the RISC-V emulator does not "} + doing + ": " +
                                 uc_strerror(static_cast<uc_err>(error)));
  }
}

void Emulator::map_memory(std::uint32_t base, std::span<std::byte> bytes) {
  check(uc_mem_map_ptr(engine_, base, bytes.size(), UC_PROT_ALL, bytes.data()), "map memory");
}

void Emulator::map_devices(std::uint32_t base, std::uint32_t bytes) {
  regions_.push_back({&client_, base});
  check(uc_mmio_map(engine_, base, bytes, &read_region, &regions_.back(), &write_region, &regions_.back()),
        "map devices");
}

void Emulator::hook_instructions(InstructionHook hook, void* user) {
  uc_hook handle = 0;
  check(uc_hook_add(engine_, &handle, UC_HOOK_CODE, as_hook(hook), user, everywhere_begin, everywhere_end),
        "hook instructions");
}

Emulator::End Emulator::run(std::uint32_t pc) {
  // An end that is never reached: instructions lie at even addresses.
  constexpr std::uint64_t no_end = 1;
  const uc_err error = uc_emu_start(engine_, pc, no_end, 0, 0);
  last_error_ = error;
  switch (error) {
    case UC_ERR_OK:
      return End::stopped;
    case UC_ERR_READ_UNMAPPED:
    case UC_ERR_WRITE_UNMAPPED:
    case UC_ERR_READ_PROT:
    case UC_ERR_WRITE_PROT:
      return End::bad_access;
    case UC_ERR_FETCH_UNMAPPED:
    case UC_ERR_FETCH_PROT:
      return End::bad_fetch;
    case UC_ERR_INSN_INVALID:
      return End::invalid_instruction;
    default:
      return End::other;
  }
}

void Emulator::stop() {
  uc_emu_stop(engine_);
}

const char* Emulator::last_error() const {
  return uc_strerror(static_cast<uc_err>(last_error_));
}

void Emulator::forget_code(std::uint32_t address, std::uint32_t bytes) {
  check(uc_ctl_remove_cache(engine_, std::uint64_t{address}, std::uint64_t{address} + bytes), "forget code");
}

std::uint32_t Emulator::read(int id) const {
  std::uint64_t value = 0;  // as wide as any register
  check(uc_reg_read(engine_, id, &value), "read a register");
  return static_cast<std::uint32_t>(value);
}

void Emulator::write(int id, std::uint32_t value) {
  const std::uint64_t wide = value;
  check(uc_reg_write(engine_, id, &wide), "write a register");
}

std::uint32_t Emulator::x(unsigned index) const {
  return read(UC_RISCV_REG_X0 + static_cast<int>(index));
}

void Emulator::set_x(unsigned index, std::uint32_t value) {
  if (index != 0) {
    write(UC_RISCV_REG_X0 + static_cast<int>(index), value);
  }
}

std::uint32_t Emulator::pc() const {
  return read(UC_RISCV_REG_PC);
}

void Emulator::set_pc(std::uint32_t value) {
  write(UC_RISCV_REG_PC, value);
}

std::uint32_t Emulator::csr(Csr csr) const {
  return read(id_of(csr));
}

void Emulator::set_csr(Csr csr, std::uint32_t value) {
  write(id_of(csr), value);
}

}  // namespace kirchhoff::testbenches
