#include "traces/vcd_reader.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <unordered_map>

#include "foundation/error.h"

namespace kirchhoff::traces {

using foundation::Duration;
using foundation::InputError;

namespace {

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : path_(path), file_(path) {
    if (!file_) {
      throw InputError("cannot read '" + path.string() + "'");
    }
  }

  Vcd read() {
    std::string line;
    while (std::getline(file_, line)) {
      ++line_number_;
      if (!line.empty()) {
        defining_ ? definition(line) : change(line);
      }
    }
    if (defining_) {
      fail("ends before $enddefinitions");
    }
    vcd_.end = now_;
    return std::move(vcd_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(path_.string() + ":" + std::to_string(line_number_) + ": " + what);
  }

  void definition(const std::string& line) {
    std::istringstream words{line};
    std::string keyword;
    words >> keyword;
    if (keyword == "$scope") {
      std::string kind;
      std::string name;
      words >> kind >> name;
      scopes_.push_back(name);
    } else if (keyword == "$upscope") {
      if (scopes_.empty()) {
        fail("$upscope without $scope");
      }
      scopes_.pop_back();
    } else if (keyword == "$var") {
      Vcd::Signal signal;
      std::string code;
      std::string name;
      if (!(words >> signal.type >> signal.width >> code >> name)) {
        fail("$var needs type, width, code and name");
      }
      std::string full;
      for (const auto& scope : scopes_) {
        full += scope + ".";
      }
      full += name;
      if (!vcd_.signals.emplace(full, signal).second) {
        fail("signal '" + full + "' is declared twice");
      }
      by_code_[code] = &vcd_.signals[full];
    } else if (keyword == "$enddefinitions") {
      if (!scopes_.empty()) {
        fail("a scope is still open at $enddefinitions");
      }
      defining_ = false;
    } else if (keyword != "$comment" && keyword != "$timescale" && keyword != "$version" &&
               keyword != "$date") {
      fail("unknown keyword '" + keyword + "'");
    }
  }

  void change(const std::string& line) {
    if (line[0] == '$') {  // $dumpvars .. $end: the values between are ordinary changes
      return;
    }
    if (line[0] == '#') {
      std::int64_t time = 0;
      const auto parsed = std::from_chars(line.data() + 1, line.data() + line.size(), time);
      if (parsed.ptr != line.data() + line.size() || Duration{time} < now_) {
        fail("time '" + line + "' is not a number at or after " + std::to_string(now_.count()));
      }
      now_ = Duration{time};
      return;
    }
    const bool scalar = line[0] == '0' || line[0] == '1' || line[0] == 'x' || line[0] == 'z';
    const std::size_t blank = line.find(' ');
    if (!scalar && blank == std::string::npos) {
      fail("a change without identifier: '" + line + "'");
    }
    const std::string code = scalar ? line.substr(1) : line.substr(blank + 1);
    const auto found = by_code_.find(code);
    if (found == by_code_.end()) {
      fail("unknown identifier '" + code + "'");
    }
    const std::string value = scalar ? line.substr(0, 1) : line.substr(1, blank - 1);
    const char letter = scalar ? 'w' : line[0];
    const auto& type = found->second->type;
    if ((type == "real") != (letter == 'r') || (type == "string") != (letter == 's')) {
      fail("a value of another type than its signal: '" + line + "'");
    }
    found->second->changes.push_back({now_, value});
  }

  std::filesystem::path path_;
  std::ifstream file_;
  std::size_t line_number_ = 0;
  bool defining_ = true;
  std::vector<std::string> scopes_;
  std::unordered_map<std::string, Vcd::Signal*> by_code_;
  Duration now_{0};
  Vcd vcd_;
};

}  // namespace

std::string_view Vcd::value_at(const std::string& path, Duration time) const {
  const auto found = signals.find(path);
  if (found == signals.end()) {
    throw foundation::ModelError("no signal '" + path + "' in the trace");
  }
  const auto& changes = found->second.changes;
  const auto after = std::upper_bound(changes.begin(), changes.end(), time,
                                      [](Duration t, const Change& change) { return t < change.time; });
  return after == changes.begin() ? std::string_view{} : std::string_view{(after - 1)->value};
}

Vcd read_vcd(const std::filesystem::path& path) {
  return Reader{path}.read();
}

}  // namespace kirchhoff::traces
