#include "traces/vcd_writer.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>
#include <utility>

#include "foundation/error.h"

namespace kirchhoff::traces {

using foundation::Duration;

namespace {

constexpr std::size_t flush_bytes = 1U << 16;
constexpr unsigned queue_bits = 16;

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

/// Sorts by time; what has the same time keeps its order. Times of a batch lie close together: a pass for
/// each 11 bits of their span beats comparing.
template <typename Change>
void sort_by_time(std::vector<Change>& changes, std::vector<Change>& scratch) {
  constexpr std::size_t few = 48;
  constexpr unsigned digit_bits = 11;
  constexpr std::size_t digits = std::size_t{1} << digit_bits;
  const auto earlier = [](const Change& a, const Change& b) { return a.time < b.time; };
  if (changes.size() <= few) {
    std::stable_sort(changes.begin(), changes.end(), earlier);
    return;
  }
  const auto [first, last] = std::minmax_element(changes.begin(), changes.end(), earlier);
  const std::int64_t begin = first->time.count();
  const auto span = static_cast<std::uint64_t>(last->time.count() - begin);
  scratch.resize(changes.size());
  std::array<std::uint32_t, digits> places;
  for (unsigned shift = 0; shift < 64 && span >> shift != 0; shift += digit_bits) {
    const auto digit_of = [&](const Change& change) {
      return static_cast<std::uint64_t>(change.time.count() - begin) >> shift & (digits - 1);
    };
    places.fill(0);
    for (const Change& change : changes) {
      ++places[digit_of(change)];
    }
    std::uint32_t place = 0;
    for (std::uint32_t& count : places) {
      place += std::exchange(count, place);
    }
    for (const Change& change : changes) {
      scratch[places[digit_of(change)]++] = change;
    }
    changes.swap(scratch);
  }
}

}  // namespace

VcdWriter::VcdWriter(const std::filesystem::path& path, const Recording& recording)
    : file_(path),
      selection_(recording.signals),
      examples_(recording.examples),
      begin_(recording.begin),
      end_(recording.end) {
  text_index(idle_state);  // index 0, the initial value of every text
  buffer_.reserve(flush_bytes + 4096);
}

VcdWriter::VcdWriter(const std::filesystem::path& path, std::uint64_t examples)
    : VcdWriter(path, Recording{.examples = examples, .signals = {}}) {}

// ---- declarations -----------------------------------------------------------------------------------

std::uint32_t VcdWriter::variable(std::string_view scope, std::string_view name, Kind kind, unsigned width) {
  if (header_written_) {
    throw foundation::ModelError("trace signal " + std::string{name} + " declared after the first value");
  }
  if (!selection_.wants(std::string{scope} + '.' + std::string{name})) {
    return kNone;
  }
  const unsigned bits = kind == Kind::vector ? width : kind == Kind::real ? 64 : 1;
  const std::string code = code_of(variables_.size());
  variables_.push_back({std::string{scope}, std::string{name}, kind, bits, code,
                        (kind == Kind::bit ? "" : " ") + code + '\n'});
  return static_cast<std::uint32_t>(variables_.size() - 1);
}

foundation::TraceSink::Signal VcdWriter::channel(Rule rule, std::uint32_t shown, std::uint32_t busy) {
  Channel& added = channels_.emplace_back();
  added.rule = rule;
  added.shown = shown;
  added.busy = busy;
  return static_cast<Signal>(channels_.size() - 1);
}

foundation::TraceSink::Signal VcdWriter::declare(std::string_view scope, std::string_view name, Kind kind,
                                                 unsigned width) {
  const std::uint32_t shown = variable(scope, name, kind, width);
  return shown == kNone ? unheard : channel(kind == Kind::text ? Rule::state : Rule::replace, shown, kNone);
}

foundation::TraceSink::Signal VcdWriter::declare_part(std::string_view scope) {
  const std::uint32_t state = variable(scope, "state", Kind::text, 1);
  const std::uint32_t busy = variable(scope, "busy", Kind::bit, 1);
  const std::uint32_t queue = variable(scope, "queue", Kind::vector, queue_bits);
  if (state == kNone && busy == kNone && queue == kNone) {
    return unheard;
  }
  const Signal part = channel(Rule::state, state, busy);
  channel(Rule::sum, queue, kNone);  // right behind it: put_queued() relies on that
  return part;
}

// ---- values -----------------------------------------------------------------------------------------

void VcdWriter::add(Signal signal, Duration time, std::uint64_t value) {
  if (time < begin_) {
    add_before_window(channels_[signal], time, value);
  } else if (time <= end_) {
    pending_.push_back({time, value, signal});
  }
}

/// Only what is left at the begin of the window matters.
void VcdWriter::add_before_window(Channel& channel, Duration time, std::uint64_t value) {
  if (channel.rule == Rule::sum) {
    channel.last += value;
  } else if (time > channel.seen || (time == channel.seen && !(channel.rule == Rule::state && value == 0))) {
    channel.last = value;
    channel.seen = time;
  }
}

void VcdWriter::put_bits(Signal signal, Duration time, std::uint64_t value) {
  add(signal, time, value);
}

void VcdWriter::put_real(Signal signal, Duration time, double value) {
  add(signal, time, std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value));  // one zero
}

void VcdWriter::put_text(Signal signal, Duration time, std::string_view value) {
  add(signal, time, text_index(value));
}

void VcdWriter::put_busy(Signal part, Duration begin, Duration end, std::string_view state) {
  if (channels_[part].shown == kNone && channels_[part].busy == kNone) {
    return;
  }
  add(part, begin, text_index(state));
  add(part, end, 0);
}

void VcdWriter::put_queued(Signal part, Duration time, int more) {
  if (channels_[part + 1].shown != kNone) {
    add(part + 1, time, static_cast<std::uint64_t>(std::int64_t{more}));
  }
}

std::uint32_t VcdWriter::text_index(std::string_view value) {
  const auto place =
      (std::bit_cast<std::uintptr_t>(value.data()) ^ value.size() << 3U) % recent_texts_.size();
  std::uint32_t& recent = recent_texts_[place];
  if (recent < texts_.size()) {
    const std::string_view text = texts_[recent];
    if (text.substr(1, text.size() - 2) == value) {
      return recent;
    }
  }
  const auto [found, fresh] =
      text_of_.try_emplace(std::string{value}, static_cast<std::uint32_t>(texts_.size()));
  if (fresh) {
    texts_.push_back('s' + std::string{value} + ' ');
  }
  recent = found->second;
  return recent;
}

// ---- the file ---------------------------------------------------------------------------------------

void VcdWriter::settle(Duration time) {
  settled_ = std::max(settled_, time);
  write_until(time);
}

void VcdWriter::close() {
  write_until(Duration{std::numeric_limits<std::int64_t>::max()});
  append_time(std::min(settled_, end_));  // viewers show the last values up to here
  flush_buffer();
  file_.commit();
}

void VcdWriter::write_header() {
  header_written_ = true;
  buffer_ += "$comment Kirchhoff waveforms; reals named _us are microsiemens $end\n$timescale 1 ps $end\n";
  // By scope, so that every scope opens once; signals keep the order of their declaration.
  std::vector<const Variable*> sorted;
  for (const auto& variable : variables_) {
    sorted.push_back(&variable);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const Variable* a, const Variable* b) {
    return parts_of(a->scope) < parts_of(b->scope);
  });
  std::vector<std::string_view> open;
  for (const auto* variable : sorted) {
    const auto parts = parts_of(variable->scope);
    const auto common = static_cast<std::size_t>(
        std::mismatch(open.begin(), open.end(), parts.begin(), parts.end()).first - open.begin());
    for (std::size_t i = open.size(); i > common; --i) {
      buffer_ += "$upscope $end\n";
    }
    for (std::size_t i = common; i < parts.size(); ++i) {
      buffer_ += "$scope module " + std::string{parts[i]} + " $end\n";
    }
    open = parts;
    buffer_ += std::string{"$var "} + type_of(variable->kind) + ' ' + std::to_string(variable->width) + ' ' +
               variable->code + ' ' + variable->name +
               (variable->kind == Kind::vector ? " [" + std::to_string(variable->width - 1) + ":0]"
                                               : std::string{}) +
               " $end\n";
  }
  for (std::size_t i = 0; i < open.size(); ++i) {
    buffer_ += "$upscope $end\n";
  }
  buffer_ += "$enddefinitions $end\n#" + std::to_string(begin_.count()) + "\n$dumpvars\n";
  for (const Channel& channel : channels_) {
    show(channel, channel.last);
    if (channel.busy != kNone) {
      append_value(variables_[channel.busy], channel.last != 0 ? 1 : 0);
    }
  }
  buffer_ += "$end\n";
  written_until_ = begin_;
}

void VcdWriter::write_until(Duration time) {
  if (!header_written_) {
    if (time <= begin_ && begin_ > Duration{0}) {
      return;  // values before the window may still come
    }
    write_header();
  }
  batch_.clear();
  std::size_t open = 0;
  for (const Change& change : pending_) {
    if (change.time < time) {
      batch_.push_back(change);
    } else {
      pending_[open++] = change;
    }
  }
  pending_.resize(open);
  sort_by_time(batch_, scratch_);
  for (std::size_t i = 0; i < batch_.size();) {
    const Duration instant = batch_[i].time;
    for (; i < batch_.size() && batch_[i].time == instant; ++i) {
      apply(batch_[i]);
    }
    write_instant(instant);
    if (buffer_.size() > flush_bytes) {
      flush_buffer();
    }
  }
}

void VcdWriter::apply(const Change& change) {
  Channel& channel = channels_[change.channel];
  if (channel.rule == Rule::sum) {
    channel.next = (channel.touched ? channel.next : channel.last) + change.value;
  } else if (channel.rule != Rule::state || change.value != 0 || !channel.touched) {
    channel.next = change.value;  // idle hides no other state
  }
  if (!channel.touched) {
    channel.touched = true;
    touched_.push_back(change.channel);
  }
}

/// In the order of declaration: a waveform has one file, however the calls came.
void VcdWriter::write_instant(Duration time) {
  std::sort(touched_.begin(), touched_.end());
  for (const Signal signal : touched_) {
    Channel& channel = channels_[signal];
    channel.touched = false;
    if (channel.next == channel.last) {
      continue;
    }
    append_time(time);
    show(channel, channel.next);
    if (channel.busy != kNone && (channel.next == 0) != (channel.last == 0)) {
      append_value(variables_[channel.busy], channel.next != 0 ? 1 : 0);
    }
    channel.last = channel.next;
  }
  touched_.clear();
}

void VcdWriter::append_time(Duration time) {
  if (time > written_until_) {
    std::array<char, 24> digits;
    digits[0] = '#';
    char* end = std::to_chars(digits.data() + 1, digits.data() + digits.size() - 1, time.count()).ptr;
    *end++ = '\n';
    buffer_.append(digits.data(), end);
    written_until_ = time;
  }
}

void VcdWriter::show(const Channel& channel, std::uint64_t value) {
  if (channel.shown != kNone) {
    append_value(variables_[channel.shown], value);
  }
}

void VcdWriter::append_value(const Variable& variable, std::uint64_t value) {
  std::array<char, 80> line;
  char* end = line.data();
  switch (variable.kind) {
    case Kind::bit:
      *end++ = value != 0 ? '1' : '0';
      break;
    case Kind::vector:
      *end++ = 'b';
      end = std::to_chars(end, line.data() + line.size(), value, 2).ptr;
      break;
    case Kind::real:
      *end++ = 'r';
      end = std::to_chars(end, line.data() + line.size(), std::bit_cast<double>(value)).ptr;
      break;
    case Kind::text:
      buffer_.append(texts_[value]);
      buffer_.append(variable.tail, 1);
      return;
  }
  buffer_.append(line.data(), end);
  buffer_.append(variable.tail);
}

void VcdWriter::flush_buffer() {
  file_.write(buffer_);
  buffer_.clear();
}

}  // namespace kirchhoff::traces
