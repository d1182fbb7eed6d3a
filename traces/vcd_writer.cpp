#include "traces/vcd_writer.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

#include "foundation/error.h"

namespace kirchhoff::traces {

using foundation::Duration;

namespace {

constexpr std::size_t buffer_bytes = 1U << 16;
constexpr std::size_t line_bytes = 128;
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

/// Moves what is before `time` from `pending` to `batch`, sorted.
template <typename Change>
void take_settled(std::vector<Change>& pending, std::vector<Change>& batch, std::vector<Change>& scratch,
                  Duration time) {
  batch.clear();
  std::size_t open = 0;
  for (const Change& change : pending) {
    if (change.time < time) {
      batch.push_back(change);
    } else {
      pending[open++] = change;
    }
  }
  pending.resize(open);
  sort_by_time(batch, scratch);
}

template <typename Snippet>
Snippet snippet_of(const std::string& text) {
  Snippet snippet;
  if (text.size() > snippet.letters.size()) {
    throw foundation::ModelError("'" + text + "' is too long to be traced");
  }
  std::copy(text.begin(), text.end(), snippet.letters.begin());
  snippet.size = static_cast<std::uint32_t>(text.size());
  return snippet;
}

}  // namespace

VcdWriter::VcdWriter(const std::filesystem::path& path, const Recording& recording)
    : file_(path),
      selection_(recording.signals),
      examples_(recording.examples),
      begin_(recording.begin),
      end_(recording.end),
      buffer_(buffer_bytes),
      out_(buffer_.data()) {
  text_index(idle_state);  // index 0, the initial value of every text
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
  Variable& added = variables_.emplace_back();
  added.scope = scope;
  added.name = name;
  added.kind = kind;
  added.width = bits;
  added.code = code;
  added.tail = snippet_of<Snippet>(code + '\n');
  return static_cast<std::uint32_t>(variables_.size() - 1);
}

foundation::TraceSink::Signal VcdWriter::declare(std::string_view scope, std::string_view name, Kind kind,
                                                 unsigned width) {
  const std::uint32_t shown = variable(scope, name, kind, width);
  if (shown == kNone) {
    return unheard;
  }
  Channel& channel = channels_.emplace_back();
  channel.has_states = kind == Kind::text;
  channel.shown = shown;
  return static_cast<Signal>(channels_.size() - 1);
}

foundation::TraceSink::Signal VcdWriter::declare_part(std::string_view scope) {
  const std::uint32_t state = variable(scope, "state", Kind::text, 1);
  const std::uint32_t busy = variable(scope, "busy", Kind::bit, 1);
  const std::uint32_t queue = variable(scope, "queue", Kind::vector, queue_bits);
  if (state == kNone && busy == kNone && queue == kNone) {
    return unheard;
  }
  Channel& channel = channels_.emplace_back();
  channel.has_states = true;
  channel.shown = state;
  channel.busy = busy;
  channel.queue = queue;
  return static_cast<Signal>(channels_.size() - 1);
}

std::vector<VcdWriter::Entry> VcdWriter::entries() const {
  std::vector<Entry> entries;
  for (const Variable& variable : variables_) {
    entries.push_back({variable.scope + '.' + variable.name, variable.kind, variable.width});
  }
  return entries;
}

// ---- values -----------------------------------------------------------------------------------------

void VcdWriter::add(const Change& change) {
  if (change.time < begin_) {
    add_before_window(change);
  } else if (change.time <= end_) {
    pending_.push_back(change);
  }
}

/// Only what is left at the begin of the window matters.
void VcdWriter::add_before_window(const Change& change) {
  Channel& channel = channels_[change.channel];
  channel.queued += change.more;
  if (change.state != kNoState &&
      (change.time > channel.seen || (change.time == channel.seen && change.state != 0))) {
    channel.last = change.state;
    channel.seen = change.time;
  }
}

void VcdWriter::add(const WideChange& change) {
  Channel& channel = channels_[change.channel];
  if (change.time >= begin_) {
    if (change.time <= end_) {
      pending_wide_.push_back(change);
    }
  } else if (change.time >= channel.seen) {
    channel.last = change.value;
    channel.seen = change.time;
  }
}

void VcdWriter::put_bits(Signal signal, Duration time, std::uint64_t value) {
  add(WideChange{time, signal, value});
}

void VcdWriter::put_real(Signal signal, Duration time, double value) {
  add(WideChange{time, signal, std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value)});  // one zero
}

void VcdWriter::put_text(Signal signal, Duration time, std::string_view value) {
  add(Change{time, signal, text_index(value), 0});
}

void VcdWriter::put_busy(Signal part, Duration begin, Duration end, std::string_view state) {
  add(Change{begin, part, text_index(state), 0});
  add(Change{end, part, 0, 0});
}

void VcdWriter::put_queued(Signal part, Duration time, int more) {
  add(Change{time, part, kNoState, static_cast<std::int16_t>(more)});
}

void VcdWriter::put_served(Signal part, Duration ready, Duration begin, Duration end,
                           std::string_view state) {
  const std::uint16_t index = text_index(state);
  if (ready == begin) {  // nearly always
    add(Change{begin, part, index, 1});
  } else {
    add(Change{ready, part, kNoState, 1});
    add(Change{begin, part, index, 0});
  }
  add(Change{end, part, 0, -1});
}

std::uint16_t VcdWriter::text_index(std::string_view value) {
  const auto place =
      (std::bit_cast<std::uintptr_t>(value.data()) ^ value.size() << 3U) % recent_texts_.size();
  std::uint16_t& recent = recent_texts_[place];
  if (recent < texts_.size()) {
    const Snippet& text = texts_[recent];
    if (std::string_view{text.letters.data() + 1, text.size - 2} == value) {
      return recent;
    }
  }
  const auto [found, fresh] =
      text_of_.try_emplace(std::string{value}, static_cast<std::uint16_t>(texts_.size()));
  if (fresh) {
    if (texts_.size() == kNoState) {
      throw foundation::ModelError("more than 65535 different states are traced");
    }
    texts_.push_back(snippet_of<Snippet>('s' + std::string{value} + ' '));
  }
  recent = found->second;
  return recent;
}

// ---- the file ---------------------------------------------------------------------------------------

void VcdWriter::settle(Duration time) {
  settled_ = std::max(settled_, time);
  if (failure_ != nullptr) {
    pending_.clear();
    pending_wide_.clear();
    return;
  }
  try {
    write_until(time);
  } catch (const foundation::InputError&) {
    failure_ = std::current_exception();
  }
}

void VcdWriter::close() {
  if (failure_ != nullptr) {
    std::rethrow_exception(failure_);
  }
  write_until(Duration{std::numeric_limits<std::int64_t>::max()});
  append_time(std::min(settled_, end_));  // viewers show the last values up to here
  flush_buffer();
  file_.commit();
}

void VcdWriter::write_header() {
  header_written_ = true;
  std::string head =
      "$comment Kirchhoff waveforms; reals named _us are microsiemens $end\n$timescale 1 ps $end\n";
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
      head += "$upscope $end\n";
    }
    for (std::size_t i = common; i < parts.size(); ++i) {
      head += "$scope module " + std::string{parts[i]} + " $end\n";
    }
    open = parts;
    head += std::string{"$var "} + type_of(variable->kind) + ' ' + std::to_string(variable->width) + ' ' +
            variable->code + ' ' + variable->name +
            (variable->kind == Kind::vector ? " [" + std::to_string(variable->width - 1) + ":0]"
                                            : std::string{}) +
            " $end\n";
  }
  for (std::size_t i = 0; i < open.size(); ++i) {
    head += "$upscope $end\n";
  }
  head += "$enddefinitions $end\n#" + std::to_string(begin_.count()) + "\n$dumpvars\n";
  file_.write(head);
  for (const Channel& channel : channels_) {
    append_value(channel.shown, channel.last);
    append_value(channel.busy, channel.last != 0 ? 1 : 0);
    append_value(channel.queue, static_cast<std::uint64_t>(channel.queued));
  }
  append(snippet_of<Snippet>("$end\n"));
  written_until_ = begin_;
}

void VcdWriter::write_until(Duration time) {
  if (!header_written_) {
    if (time <= begin_ && begin_ > Duration{0}) {
      return;  // values before the window may still come
    }
    write_header();
  }
  take_settled(pending_, batch_, scratch_, time);
  take_settled(pending_wide_, batch_wide_, scratch_wide_, time);
  auto change = batch_.cbegin();
  auto wide = batch_wide_.cbegin();
  while (change != batch_.cend() || wide != batch_wide_.cend()) {
    const Duration instant =
        wide == batch_wide_.cend() || (change != batch_.cend() && change->time < wide->time) ? change->time
                                                                                             : wide->time;
    for (; change != batch_.cend() && change->time == instant; ++change) {
      apply(*change);
    }
    for (; wide != batch_wide_.cend() && wide->time == instant; ++wide) {
      apply(*wide);
    }
    write_instant(instant);
  }
}

VcdWriter::Channel& VcdWriter::touch(Signal signal) {
  Channel& channel = channels_[signal];
  if (!channel.touched) {
    channel.touched = true;
    channel.next = channel.last;
    channel.queued_next = channel.queued;
    touched_.push_back(signal);
  }
  return channel;
}

void VcdWriter::apply(const Change& change) {
  Channel& channel = touch(change.channel);
  channel.queued_next += change.more;
  if (change.state != kNoState && (change.state != 0 || !channel.state_touched)) {
    channel.next = change.state;  // idle hides no other state
    channel.state_touched = true;
  }
}

void VcdWriter::apply(const WideChange& change) {
  touch(change.channel).next = change.value;
}

/// In the order of declaration: a waveform has one file, however the calls came.
void VcdWriter::write_instant(Duration time) {
  if (touched_.size() > 1) {
    std::sort(touched_.begin(), touched_.end());
  }
  for (const Signal signal : touched_) {
    Channel& channel = channels_[signal];
    channel.touched = channel.state_touched = false;
    if (channel.next != channel.last) {
      const bool turned = channel.has_states && (channel.next == 0) != (channel.last == 0);
      append_change(channel.shown, channel.next, time);
      append_change(turned ? channel.busy : kNone, channel.next != 0 ? 1 : 0, time);
      channel.last = channel.next;
    }
    if (channel.queued_next != channel.queued) {
      append_change(channel.queue, static_cast<std::uint64_t>(channel.queued_next), time);
      channel.queued = channel.queued_next;
    }
  }
  touched_.clear();
}

void VcdWriter::append_change(std::uint32_t variable, std::uint64_t value, Duration time) {
  if (variable != kNone) {
    append_time(time);
    append_value(variable, value);
  }
}

void VcdWriter::append(const Snippet& snippet) {
  std::memcpy(out_, snippet.letters.data(), snippet.letters.size());
  out_ += snippet.size;
}

void VcdWriter::append_time(Duration time) {
  if (time > written_until_) {
    *out_++ = '#';
    out_ = std::to_chars(out_, out_ + line_bytes, time.count()).ptr;
    *out_++ = '\n';
    written_until_ = time;
  }
}

/// One line of at most line_bytes; nothing where there is no variable.
void VcdWriter::append_value(std::uint32_t variable, std::uint64_t value) {
  if (variable == kNone) {
    return;
  }
  const Variable& shown = variables_[variable];
  switch (shown.kind) {
    case Kind::bit:
      *out_++ = value != 0 ? '1' : '0';
      break;
    case Kind::vector:
      *out_++ = 'b';
      if (value < 2) {
        *out_++ = static_cast<char>('0' + static_cast<char>(value));
      } else {
        out_ = std::to_chars(out_, out_ + line_bytes, value, 2).ptr;
      }
      *out_++ = ' ';
      break;
    case Kind::real:
      *out_++ = 'r';
      out_ = std::to_chars(out_, out_ + line_bytes, std::bit_cast<double>(value)).ptr;
      *out_++ = ' ';
      break;
    case Kind::text:
      append(texts_[value]);
      break;
  }
  append(shown.tail);
  if (out_ > buffer_.data() + buffer_.size() - 4 * line_bytes) {
    flush_buffer();
  }
}

void VcdWriter::flush_buffer() {
  file_.write({buffer_.data(), static_cast<std::size_t>(out_ - buffer_.data())});
  out_ = buffer_.data();
}

}  // namespace kirchhoff::traces
