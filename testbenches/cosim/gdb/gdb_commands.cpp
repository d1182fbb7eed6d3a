#include "testbenches/cosim/gdb/gdb_commands.h"

#include <algorithm>
#include <cstdio>

#include "testbenches/cosim/gdb/gdb_packet.h"
#include "testbenches/cosim/gdb/hex_text.h"
#include "testbenches/cosim/gdb/target_description.h"

namespace kirchhoff::testbenches {
namespace {

constexpr std::string_view ok = "OK";
constexpr std::string_view malformed = "E16";  // EINVAL
constexpr std::string_view no_such = "E0e";    // EFAULT
constexpr std::string_view too_many = "E1c";   // ENOSPC

constexpr unsigned general_registers = gdb_register::pc + 1;  // those of `g`
constexpr std::uint64_t address_space = std::uint64_t{1} << 32U;
constexpr std::size_t most_points = 1024;
constexpr std::size_t reply_bytes = gdb_packet_bytes - 4;  // without $ and #xx

enum PointKind : unsigned { software_breakpoint, hardware_breakpoint, watch_write, watch_read, watch_access };

WatchKind watch_kind(unsigned kind) {
  return kind == watch_write ? WatchKind::write : kind == watch_read ? WatchKind::read : WatchKind::access;
}

/// The one thread, or all, or any.
bool is_our_thread(std::string_view id) {
  return id == "1" || id == "0" || id == "-1" || id == "01";
}

bool is_signal(std::string_view digits) {
  return digits.size() == 2 && hex_digit(digits[0]) >= 0 && hex_digit(digits[1]) >= 0;
}

GdbAnswer reply(std::string_view text) {
  GdbAnswer answer;
  answer.replies.emplace_back(text);
  return answer;
}

}  // namespace

GdbAnswer GdbCommands::answer(std::string_view packet) {
  if (packet.empty()) {
    return reply("");
  }
  const std::string_view rest = packet.substr(1);
  switch (packet.front()) {
    case '?':
      return reply(rest.empty() ? stop_reply() : std::string(malformed));
    case 'g':
      return reply(rest.empty() ? read_registers() : std::string(malformed));
    case 'G':
      return reply(write_registers(rest));
    case 'p':
      return reply(read_register(rest));
    case 'P':
      return reply(write_register(rest));
    case 'm':
      return reply(read_memory(rest));
    case 'M':
      return reply(write_memory(rest, false));
    case 'X':
      return reply(write_memory(rest, true));
    case 'Z':
    case 'z':
      return reply(change_point(packet));
    case 'c':
    case 'C':
    case 's':
    case 'S':
      return resume_old(packet);
    case 'H':
      return reply(!rest.empty() && is_our_thread(rest.substr(1)) ? ok : malformed);
    case 'T':
      return reply(is_our_thread(rest) ? ok : malformed);
    case 'k': {
      GdbAnswer answer;
      answer.resume = GdbResume::kill;
      return answer;
    }
    case 'D': {
      GdbAnswer answer = reply(ok);
      answer.detached = true;
      answer.resume = GdbResume::run;
      return answer;
    }
    case 'v':
      if (packet.starts_with("vCont;")) {
        return resume_threads(packet.substr(6));
      }
      if (packet.starts_with("vKill")) {
        GdbAnswer answer = reply(ok);
        answer.resume = GdbResume::kill;
        return answer;
      }
      return reply(packet == "vCont?" ? "vCont;c;C;s;S;r" : "");
    case 'q':
      if (packet.starts_with("qRcmd,")) {
        GdbAnswer answer;
        std::string last = monitor(packet.substr(6), answer.replies);
        answer.replies.push_back(std::move(last));
        return answer;
      }
      return reply(query(packet));
    case 'Q': {
      GdbAnswer answer = reply(packet == "QStartNoAckMode" ? ok : "");
      answer.without_acknowledgement = packet == "QStartNoAckMode";
      return answer;
    }
    default:
      return reply("");
  }
}

std::string GdbCommands::query(std::string_view packet) {
  if (packet.starts_with("qSupported")) {
    return supported(packet.substr(10));
  }
  if (packet.starts_with("qXfer:features:read:")) {
    return read_features(packet.substr(20));
  }
  if (packet == "qC") {
    return "QC1";
  }
  if (packet == "qfThreadInfo") {
    return "m1";
  }
  if (packet == "qsThreadInfo") {
    return "l";
  }
  if (packet.starts_with("qThreadExtraInfo,")) {
    return is_our_thread(packet.substr(17)) ? hex_bytes(std::string_view("hart 0")) : std::string(malformed);
  }
  if (packet == "qAttached" || packet.starts_with("qAttached:")) {
    return "1";  // so that a debugger that quits lets the firmware run on
  }
  if (packet.starts_with("qSymbol:")) {
    return std::string(ok);
  }
  return "";
}

std::string GdbCommands::supported(std::string_view features) {
  HexFields fields(features);
  fields.take(':');
  while (!fields.at_end()) {
    const std::string_view feature = fields.take_until(';');
    knows_swbreak_ |= feature == "swbreak+";
    knows_hwbreak_ |= feature == "hwbreak+";
  }
  return "PacketSize=4000;QStartNoAckMode+;qXfer:features:read+;vContSupported+;swbreak+;hwbreak+";
}

std::string GdbCommands::read_features(std::string_view arguments) {
  HexFields fields(arguments);
  const std::string_view annex = fields.take_until(':');
  const auto offset = fields.take_number();
  if (!offset || !fields.take(',')) {
    return std::string(malformed);
  }
  const auto length = fields.take_number();
  if (!length || !fields.at_end()) {
    return std::string(malformed);
  }
  if (annex != "target.xml") {
    return "E00";
  }
  if (description_.empty()) {
    description_ = gdb_target_description(target_);
  }
  if (*offset > description_.size()) {
    return std::string(malformed);
  }
  // Half of a packet, as every byte may need an escape.
  const std::string part = description_.substr(*offset, std::min<std::uint64_t>(*length, reply_bytes / 2));
  return (*offset + part.size() < description_.size() ? "m" : "l") + part;
}

std::string GdbCommands::read_registers() {
  std::string text;
  for (unsigned i = 0; i < general_registers; ++i) {
    const auto value = target_.read_register(i);
    text += value ? hex_word(*value) : "xxxxxxxx";
  }
  return text;
}

std::string GdbCommands::write_registers(std::string_view digits) {
  const auto bytes = bytes_of_hex(digits);
  if (!bytes || bytes->size() != 4 * general_registers) {
    return std::string(malformed);
  }
  for (unsigned i = 0; i < general_registers; ++i) {
    std::uint32_t value = 0;
    for (unsigned byte = 4; byte-- > 0;) {
      value = value << 8U | (*bytes)[4 * i + byte];
    }
    if (!target_.write_register(i, value)) {
      return std::string(no_such);
    }
  }
  return std::string(ok);
}

std::string GdbCommands::read_register(std::string_view arguments) {
  HexFields fields(arguments);
  const auto number = fields.take_word();
  if (!number || !fields.at_end()) {
    return std::string(malformed);
  }
  const auto value = *number < gdb_register::end ? target_.read_register(*number) : std::nullopt;
  return value ? hex_word(*value) : std::string(no_such);
}

std::string GdbCommands::write_register(std::string_view arguments) {
  HexFields fields(arguments);
  const auto number = fields.take_word();
  if (!number || !fields.take('=')) {
    return std::string(malformed);
  }
  const auto bytes = bytes_of_hex(fields.rest());
  if (!bytes || bytes->size() != 4) {
    return std::string(malformed);
  }
  std::uint32_t value = 0;
  for (unsigned byte = 4; byte-- > 0;) {
    value = value << 8U | (*bytes)[byte];
  }
  return std::string(*number < gdb_register::end && target_.write_register(*number, value) ? ok : no_such);
}

std::string GdbCommands::read_memory(std::string_view arguments) {
  HexFields fields(arguments);
  const auto address = fields.take_word();
  if (!address || !fields.take(',')) {
    return std::string(malformed);
  }
  const auto length = fields.take_number();
  if (!length || *length == 0 || !fields.at_end()) {
    return std::string(malformed);
  }
  // Fewer than asked for may come; the debugger then asks for the rest.
  const std::uint64_t bytes = std::min({*length, std::uint64_t{reply_bytes / 2}, address_space - *address});
  std::vector<std::uint8_t> memory(bytes);
  memory.resize(std::min(memory.size(), target_.read_memory(*address, memory)));
  return memory.empty() ? std::string(no_such) : hex_bytes(memory);
}

std::string GdbCommands::write_memory(std::string_view arguments, bool binary) {
  HexFields fields(arguments);
  const auto address = fields.take_word();
  if (!address || !fields.take(',')) {
    return std::string(malformed);
  }
  const auto length = fields.take_number();
  if (!length || !fields.take(':')) {
    return std::string(malformed);
  }
  const std::string_view data = fields.rest();
  const auto bytes = binary ? std::vector<std::uint8_t>(data.begin(), data.end()) : bytes_of_hex(data);
  if (!bytes || bytes->size() != *length) {
    return std::string(malformed);
  }
  if (*length > address_space - *address) {
    return std::string(no_such);
  }
  return std::string(bytes->empty() || target_.write_memory(*address, *bytes) ? ok : no_such);
}

bool GdbCommands::breakpoint_at(std::uint32_t address, unsigned kind) const {
  const auto place = points_.lower_bound({kind, address, 0});
  return place != points_.end() && std::get<0>(*place) == kind && std::get<1>(*place) == address;
}

bool GdbCommands::apply(const Point& point, bool set) {
  const auto [kind, address, bytes] = point;
  if (kind > hardware_breakpoint) {
    return set ? target_.set_watchpoint(watch_kind(kind), address, bytes)
               : target_.clear_watchpoint(watch_kind(kind), address, bytes);
  }
  if (set) {
    return target_.set_breakpoint(address);
  }
  // Another one may be at the same address.
  return breakpoint_at(address, software_breakpoint) || breakpoint_at(address, hardware_breakpoint) ||
         target_.clear_breakpoint(address);
}

std::string GdbCommands::change_point(std::string_view packet) {
  const bool set = packet.front() == 'Z';
  HexFields fields(packet.substr(1));
  const auto kind = fields.take_number();
  if (!kind || !fields.take(',')) {
    return std::string(malformed);
  }
  if (*kind > watch_access) {
    return "";
  }
  const auto address = fields.take_word();
  if (!address || !fields.take(',')) {
    return std::string(malformed);
  }
  const auto bytes = fields.take_word();
  // No conditions or commands (";..."): they are not in the reply to qSupported.
  if (!bytes || !fields.at_end()) {
    return std::string(malformed);
  }
  const bool is_breakpoint = *kind <= hardware_breakpoint;
  if (is_breakpoint ? *address % 2 != 0 || (*bytes != 2 && *bytes != 4)
                    : *bytes == 0 || *bytes > address_space - *address) {
    return std::string(malformed);
  }
  const Point point{static_cast<unsigned>(*kind), *address, *bytes};
  if (!set) {
    if (points_.erase(point) == 0) {
      return std::string(ok);
    }
    return std::string(apply(point, false) ? ok : no_such);
  }
  if (points_.count(point) > 0) {
    return std::string(ok);
  }
  if (points_.size() == most_points) {
    return std::string(too_many);
  }
  if (!apply(point, true)) {
    return std::string(is_breakpoint ? no_such : "");  // "": no watchpoints here
  }
  points_.insert(point);
  return std::string(ok);
}

std::string GdbCommands::monitor(std::string_view digits, std::vector<std::string>& replies) {
  const auto bytes = bytes_of_hex(digits);
  if (!bytes) {
    return std::string(malformed);
  }
  if (monitor_ == nullptr) {
    return "";
  }
  const std::string text = monitor_->run({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  constexpr std::size_t piece = (reply_bytes - 1) / 2;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    replies.push_back("O" + hex_bytes(std::string_view(text).substr(at, piece)));
  }
  return std::string(ok);
}

GdbAnswer GdbCommands::resume_old(std::string_view packet) {
  const char action = packet.front();
  std::string_view rest = packet.substr(1);
  if (action == 'C' || action == 'S') {
    // There are no signals on bare metal: the target goes on as if without.
    if (!is_signal(rest.substr(0, 2)) || (rest.size() > 2 && rest[2] != ';')) {
      return reply(malformed);
    }
    rest.remove_prefix(std::min<std::size_t>(3, rest.size()));
  }
  if (!rest.empty()) {
    HexFields fields(rest);
    const auto address = fields.take_word();
    if (!address || !fields.at_end() || *address % 2 != 0) {
      return reply(malformed);
    }
    if (!target_.write_register(gdb_register::pc, *address)) {
      return reply(no_such);
    }
  }
  step_range_ = {};
  GdbAnswer answer;
  answer.resume = action == 'c' || action == 'C' ? GdbResume::run : GdbResume::step;
  return answer;
}

GdbAnswer GdbCommands::resume_threads(std::string_view actions) {
  HexFields all(actions);
  GdbAnswer answer;
  std::pair<std::uint32_t, std::uint32_t> range{};
  while (!all.at_end()) {
    HexFields parts(all.take_until(';'));
    const std::string_view action = parts.take_until(':');
    const std::string_view thread = parts.rest();
    if (action.empty()) {
      return reply(malformed);
    }
    const std::string_view argument = action.substr(1);
    std::pair<std::uint32_t, std::uint32_t> of_action{};
    switch (action.front()) {
      case 'c':
      case 's':
        if (!argument.empty()) {
          return reply(malformed);
        }
        break;
      case 'C':
      case 'S':
        if (!is_signal(argument)) {
          return reply(malformed);
        }
        break;
      case 'r': {
        HexFields limits(argument);
        const auto begin = limits.take_word();
        const bool comma = limits.take(',');
        const auto end = limits.take_word();
        if (!begin || !comma || !end || !limits.at_end() || *end < *begin) {
          return reply(malformed);
        }
        of_action = {*begin, *end};
        break;
      }
      default:
        return reply(malformed);
    }
    // The first that fits the thread counts; the others must make sense all the same.
    if (!answer.resume && (thread.empty() || is_our_thread(thread))) {
      answer.resume = action.front() == 'c' || action.front() == 'C' ? GdbResume::run : GdbResume::step;
      range = of_action;
    }
  }
  if (!answer.resume) {
    return reply(malformed);
  }
  step_range_ = range;
  return answer;
}

bool GdbCommands::steps_on() {
  const auto pc = target_.read_register(gdb_register::pc);
  return pc && *pc >= step_range_.first && *pc < step_range_.second &&
         !breakpoint_at(*pc, software_breakpoint) && !breakpoint_at(*pc, hardware_breakpoint);
}

std::string GdbCommands::stopped(const GdbStop& stop) {
  stop_ = stop;
  step_range_ = {};
  return stop_reply();
}

std::string GdbCommands::stop_reply() const {
  using Why = GdbStop::Why;
  // Numbers of signals as GDB has them.
  const std::string_view signal = stop_.why == Why::interrupted ? "02"  // SIGINT
                                  : stop_.why == Why::illegal   ? "04"  // SIGILL
                                  : stop_.why == Why::fault     ? "0b"  // SIGSEGV
                                  : stop_.why == Why::deadlock  ? "18"  // SIGXCPU: no time left to it
                                                                : "05";  // SIGTRAP
  std::string text = "T";
  text.append(signal).append("thread:1;");
  const auto pc = target_.read_register(gdb_register::pc);
  if (stop_.why == Why::breakpoint && pc) {
    const bool hardware = breakpoint_at(*pc, hardware_breakpoint);
    if (hardware && knows_hwbreak_) {
      text += "hwbreak:;";
    } else if (!hardware && knows_swbreak_) {
      text += "swbreak:;";
    }
  } else if (stop_.why == Why::watchpoint) {
    text += stop_.watch == WatchKind::write  ? "watch:"
            : stop_.watch == WatchKind::read ? "rwatch:"
                                             : "awatch:";
    char address[12];
    std::snprintf(address, sizeof address, "%x;", stop_.address);
    text += address;
  }
  // What the debugger would ask for next.
  constexpr std::pair<unsigned, std::string_view> registers[] = {
      {2, "02:"}, {8, "08:"}, {gdb_register::pc, "20:"}};
  for (const auto& [number, name] : registers) {
    if (const auto value = target_.read_register(number)) {
      text.append(name).append(hex_word(*value)).append(";");
    }
  }
  return text;
}

void GdbCommands::forget_debugger() {
  for (const Point& point : std::exchange(points_, {})) {
    apply(point, false);
  }
  step_range_ = {};
  knows_swbreak_ = knows_hwbreak_ = false;
}

}  // namespace kirchhoff::testbenches
