#include "testbenches/explore/checkpoint.h"

#include <signal.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

#include "foundation/atomic_file.h"
#include "foundation/error.h"
#include "foundation/technology.h"
#include "foundation/units.h"
#include "testbenches/explore/git_version.h"

namespace kirchhoff::testbenches {

namespace fs = std::filesystem;
using foundation::InputError;

namespace {

constexpr std::uint32_t kRunVersion = 2;

std::string fingerprint(const DataSet& data) {
  boost::crc_32_type checksum;
  for (const Examples* examples : {&data.train, &data.test}) {
    checksum.process_bytes(examples->inputs.data(), examples->inputs.size());
    checksum.process_bytes(examples->labels.data(), examples->labels.size() * sizeof(std::uint16_t));
  }
  std::ostringstream text;
  text << "CRC " << std::hex << checksum.checksum();
  return text.str();
}

std::string read_file(const fs::path& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file) {
    throw InputError("cannot read '" + path.string() +
                     "': " + (errno != 0 ? std::strerror(errno) : "reading failed"));
  }
  return bytes;
}

std::string_view key_of(const std::string& assignment) {
  const std::string_view text{assignment};
  return text.substr(0, text.find_last_not_of(" \t", text.find('=') - 1) + 1);
}

}  // namespace

RunIdentity identify_run(const Options& options, const model::Configuration& configuration,
                         const DataSet& data) {
  RunIdentity identity;
  identity.preset = options.preset;
  identity.sets = options.sets;
  identity.technology = options.technology;
  identity.dataset = options.dataset;
  identity.train = options.train;
  identity.test = options.test;
  identity.detail = options.detail;
  identity.inspect = options.inspect;
  const auto add = [&](std::string key, std::string text) {
    identity.values.push_back({std::move(key), std::move(text)});
  };
  add("program version", git_version);
  add("--detail", options.detail);
  add("--inspect", options.inspect ? "on" : "off");
  add("--dataset", data.name);
  add("training examples", std::to_string(data.train.count()));
  add("test examples", std::to_string(data.test.count()));
  add("contents of the data set", fingerprint(data));
  for (const auto& entry : configuration.table.entries()) {
    add(entry.key, entry.text());
  }
  add("technology", configuration.technology.name);
  for (const foundation::TechnologyField& field : foundation::technology_fields()) {
    const foundation::Quantity& quantity = configuration.technology.*field.member;
    const auto text = [&](double value) { return foundation::quantity_text(value, field.unit); };
    add("technology." + std::string(field.name),
        text(quantity.base) + " (" + text(quantity.low) + " .. " + text(quantity.high) + ")");
  }
  return identity;
}

SavedRun open_checkpoint(const fs::path& run_or_file) {
  std::error_code ignored;
  const bool folder = fs::is_directory(run_or_file, ignored);
  const fs::path path = folder ? run_or_file / checkpoint_name : run_or_file;
  if (!fs::exists(path, ignored)) {
    throw InputError("cannot resume '" + run_or_file.string() + "': there is no " +
                     (folder ? std::string{checkpoint_name} + " in it; a run leaves one with --checkpoint"
                             : "such folder or file"));
  }
  foundation::StateReader state{read_file(path), path.string()};
  state.section("run", kRunVersion);
  bool finished = false;
  RunIdentity identity;
  std::uint64_t examples = 0;
  state(finished, examples, identity);
  if (finished) {
    throw InputError("the run in '" + path.parent_path().string() + "' is finished: all its " +
                     std::to_string(examples) + " examples are trained, nothing is left to resume");
  }
  return {path, std::move(identity), examples, std::move(state)};
}

Options resumed_options(const Options& given, const SavedRun& saved) {
  const RunIdentity& run = saved.identity;
  Options options = given;
  const auto keep = [&](const char* name, auto& value, const auto& before) {
    if (given.given.count(name) == 0) {
      value = before;
    }
  };
  keep("dataset", options.dataset, run.dataset);
  keep("train", options.train, run.train);
  keep("test", options.test, run.test);
  keep("detail", options.detail, run.detail);
  keep("inspect", options.inspect, run.inspect);
  // With a preset of its own the command line stands alone; otherwise it changes what the run had.
  if (given.given.count("preset") == 0) {
    options.preset = run.preset;
    keep("technology", options.technology, run.technology);
    options.sets.clear();
    for (const std::string& before : run.sets) {
      if (std::none_of(given.sets.begin(), given.sets.end(),
                       [&](const std::string& set) { return key_of(set) == key_of(before); })) {
        options.sets.push_back(before);
      }
    }
    options.sets.insert(options.sets.end(), given.sets.begin(), given.sets.end());
  }
  if (options.out.empty()) {
    const fs::path folder = saved.path.parent_path();
    options.out = folder.empty() ? "." : folder.string();
  }
  options.checkpoint = true;
  return options;
}

void check_same_run(const SavedRun& saved, const RunIdentity& now) {
  std::map<std::string, std::string> before;
  for (const auto& value : saved.identity.values) {
    before[value.key] = value.text;
  }
  constexpr std::size_t most_shown = 8;
  std::size_t differ = 0;
  std::string list;
  const auto differs = [&](const std::string& key, const std::string& there, const std::string& here) {
    if (++differ <= most_shown) {
      list += (list.empty() ? "" : "; ") + key + " is " + there + " there and " + here + " here";
    }
  };
  for (const auto& value : now.values) {
    const auto found = before.find(value.key);
    const std::string there = found == before.end() ? "not" : found->second;
    if (there != value.text) {
      differs(value.key, there, value.text);
    }
    if (found != before.end()) {
      before.erase(found);
    }
  }
  for (const auto& [key, text] : before) {
    differs(key, text, "not");
  }
  if (differ > 0) {
    throw InputError("'" + saved.path.string() + "' is of another run: " + list +
                     (differ > most_shown ? "; and " + std::to_string(differ - most_shown) + " more" : ""));
  }
}

void write_checkpoint(const fs::path& path, const RunIdentity& identity, std::uint64_t examples,
                      const std::function<void(foundation::StateWriter&)>& save) {
  foundation::StateWriter writer;
  writer.section("run", kRunVersion);
  writer(false, examples, identity);
  save(writer);
  foundation::write_file_atomically(path, writer.finish());
}

void remove_unfinished(const fs::path& path) {
  const std::string begin = path.filename().string() + ".tmp-";
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path{"."};
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    const std::string number = name.substr(std::min(begin.size(), name.size()));
    if (name.compare(0, begin.size(), begin) != 0 || number.empty() || number.size() > 9 ||
        number.find_first_not_of("0123456789") != std::string::npos) {
      continue;
    }
    if (::kill(std::stoi(number), 0) != 0 && errno == ESRCH) {  // that process is gone
      fs::remove(entry.path(), ignored);
    }
  }
}

void write_finished(const fs::path& path, const RunIdentity& identity, std::uint64_t examples) {
  foundation::StateWriter writer;
  writer.section("run", kRunVersion);
  writer(true, examples, identity);
  foundation::write_file_atomically(path, writer.finish());
}

}  // namespace kirchhoff::testbenches
