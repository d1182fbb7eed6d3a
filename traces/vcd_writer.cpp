#include "traces/vcd_writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <limits>

#include "foundation/error.h"

namespace kirchhoff::traces {

using foundation::Duration;

namespace {

constexpr std::size_t flush_bytes = 1U << 16;

/// Identifier codes count through the printable characters '!' to '~'.
std::string code_of(std::size_t number) {
  constexpr std::size_t base = '~' - '!' + 1;
  std::string code;
  do {
    code += static_cast<char>('!' + static_cast<char>(number % base));
    number /= base;
  } while (number-- > 0);
  return code;
}

std::vector<std::string_view> parts_of(std::string_view scope) {
  std::vector<std::string_view> parts;
  while (!scope.empty()) {
    const std::size_t dot = scope.find('.');
    parts.push_back(scope.substr(0, dot));
    scope = dot == std::string_view::npos ? std::string_view{} : scope.substr(dot + 1);
  }
  return parts;
}

const char* type_of(foundation::TraceSink::Kind kind) {
  switch (kind) {
    case foundation::TraceSink::Kind::real:
      return "real";
    case foundation::TraceSink::Kind::text:
      return "string";
    default:
      return "wire";
  }
}

}  // namespace

VcdWriter::VcdWriter(const std::filesystem::path& path, std::uint64_t examples)
    : file_(path), examples_(examples) {
  text_index(idle_state);  // index 0, the initial value of every text
}

foundation::TraceSink::Signal VcdWriter::declare(std::string_view scope, std::string_view name, Kind kind,
                                                 unsigned width) {
  if (header_written_) {
    throw foundation::ModelError("trace signal " + std::string{name} + " declared after the first value");
  }
  const unsigned bits = kind == Kind::vector ? width : kind == Kind::real ? 64 : 1;
  signals_.push_back({std::string{scope}, std::string{name}, kind, bits, code_of(signals_.size()), 0});
  return static_cast<Signal>(signals_.size() - 1);
}

void VcdWriter::add(Signal signal, Duration time, std::uint64_t value) {
  pending_.push_back({time, signal, value});
}

void VcdWriter::bits(Signal signal, Duration time, std::uint64_t value) {
  add(signal, time, value);
}

void VcdWriter::real(Signal signal, Duration time, double value) {
  add(signal, time, std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value));  // one zero
}

void VcdWriter::text(Signal signal, Duration time, std::string_view value) {
  add(signal, time, text_index(value));
}

std::uint32_t VcdWriter::text_index(std::string_view value) {
  const auto [found, fresh] =
      text_of_.try_emplace(std::string{value}, static_cast<std::uint32_t>(texts_.size()));
  if (fresh) {
    texts_.emplace_back(value);
  }
  return found->second;
}

void VcdWriter::settle(Duration time) {
  write_until(time);
}

void VcdWriter::close() {
  write_until(Duration{std::numeric_limits<std::int64_t>::max()});
  flush_buffer();
  file_.commit();
}

void VcdWriter::write_header() {
  header_written_ = true;
  buffer_ += "$comment Kirchhoff waveforms; reals named _us are microsiemens $end\n$timescale 1 ps $end\n";
  // By scope, so that every scope opens once; signals keep the order of their declaration.
  std::vector<const Declaration*> sorted;
  for (const auto& signal : signals_) {
    sorted.push_back(&signal);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const Declaration* a, const Declaration* b) {
    return parts_of(a->scope) < parts_of(b->scope);
  });
  std::vector<std::string_view> open;
  for (const auto* signal : sorted) {
    const auto parts = parts_of(signal->scope);
    const auto common = static_cast<std::size_t>(
        std::mismatch(open.begin(), open.end(), parts.begin(), parts.end()).first - open.begin());
    for (std::size_t i = open.size(); i > common; --i) {
      buffer_ += "$upscope $end\n";
    }
    for (std::size_t i = common; i < parts.size(); ++i) {
      buffer_ += "$scope module " + std::string{parts[i]} + " $end\n";
    }
    open = parts;
    buffer_ +=
        std::string{"$var "} + type_of(signal->kind) + ' ' + std::to_string(signal->width) + ' ' +
        signal->code + ' ' + signal->name +
        (signal->kind == Kind::vector ? " [" + std::to_string(signal->width - 1) + ":0]" : std::string{}) +
        " $end\n";
  }
  for (std::size_t i = 0; i < open.size(); ++i) {
    buffer_ += "$upscope $end\n";
  }
  buffer_ += "$enddefinitions $end\n#0\n$dumpvars\n";
  for (const auto& signal : signals_) {
    append_value(signal, signal.last);
  }
  buffer_ += "$end\n";
  written_until_ = Duration{0};
}

void VcdWriter::write_until(Duration time) {
  if (!header_written_) {
    write_header();
  }
  // Settled changes to the front, in time and within a time by signal; calls keep their order.
  const auto open = std::stable_partition(pending_.begin(), pending_.end(),
                                          [&](const Change& change) { return change.time < time; });
  std::stable_sort(pending_.begin(), open, [](const Change& a, const Change& b) {
    return a.time != b.time ? a.time < b.time : a.signal < b.signal;
  });
  for (auto change = pending_.begin(); change != open;) {
    auto& signal = signals_[change->signal];
    std::uint64_t value = change->value;
    const auto first = change;
    for (++change; change != open && change->time == first->time && change->signal == first->signal;
         ++change) {
      if (signal.kind != Kind::text || change->value != 0) {  // idle hides no other state
        value = change->value;
      }
    }
    if (value == signal.last) {
      continue;
    }
    if (first->time > written_until_) {
      std::array<char, 24> digits;
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), first->time.count());
      buffer_ += '#';
      buffer_.append(digits.data(), end.ptr);
      buffer_ += '\n';
      written_until_ = first->time;
    }
    signal.last = value;
    append_value(signal, value);
    if (buffer_.size() > flush_bytes) {
      flush_buffer();
    }
  }
  pending_.erase(pending_.begin(), open);
}

void VcdWriter::append_value(const Declaration& declaration, std::uint64_t value) {
  std::array<char, 40> digits;
  switch (declaration.kind) {
    case Kind::bit:
      buffer_ += value != 0 ? '1' : '0';
      break;
    case Kind::vector: {
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value & 0xffffffffU, 2);
      if (declaration.width > 32 && value >> 32 != 0) {
        const auto high = std::to_chars(digits.data(), digits.data() + digits.size(), value >> 32, 2);
        buffer_ += 'b';
        buffer_.append(digits.data(), high.ptr);
        for (int bit = 31; bit >= 0; --bit) {
          buffer_ += (value >> bit & 1U) != 0 ? '1' : '0';
        }
      } else {
        buffer_ += 'b';
        buffer_.append(digits.data(), end.ptr);
      }
      buffer_ += ' ';
      break;
    }
    case Kind::real: {
      const auto end =
          std::to_chars(digits.data(), digits.data() + digits.size(), std::bit_cast<double>(value));
      buffer_ += 'r';
      buffer_.append(digits.data(), end.ptr);
      buffer_ += ' ';
      break;
    }
    case Kind::text:
      buffer_ += 's';
      buffer_ += texts_[value];
      buffer_ += ' ';
      break;
  }
  buffer_ += declaration.code;
  buffer_ += '\n';
}

void VcdWriter::flush_buffer() {
  file_.write(buffer_);
  buffer_.clear();
}

}  // namespace kirchhoff::traces
