#include "model/presets/configuration.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iterator>
#include <sstream>
#include <utility>
#include <vector>

#include "foundation/error.h"
#include "foundation/nearest_name.h"
#include "foundation/toml_document.h"
#include "foundation/toml_reader.h"
#include "model/presets/consistency.h"
#include "model/presets/embedded_files.h"
#include "periphery/converter_model.h"

namespace kirchhoff::model {
namespace {

namespace fs = std::filesystem;
using foundation::InputError;

constexpr std::string_view default_technology = "90nm";

const std::vector<std::string>& header_keys() {
  static const std::vector<std::string> keys{"title", "base", "technology"};
  return keys;
}

struct Source {
  std::string path;  ///< for messages
  std::string text;
  bool built_in = false;
};

bool looks_like_path(const std::string& name) {
  std::error_code ignored;
  return name.find('/') != std::string::npos || fs::path(name).extension() == ".toml" ||
         fs::is_regular_file(name, ignored);
}

std::string read_file(const std::string& path) {
  std::error_code ignored;
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  const std::string reason = fs::is_directory(path, ignored) ? "it is a folder"
                             : file                          ? ""
                             : errno != 0                    ? std::strerror(errno)
                                                             : "it cannot be opened";
  if (!reason.empty()) {
    throw InputError("cannot read '" + path + "': " + reason);
  }
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) {
    throw InputError("cannot read '" + path + "': reading failed");
  }
  return text;
}

/// One of ours by name, else a file. `kind` and `names` say what there is.
Source find_source(const std::string& name, std::string_view kind, std::string_view plural,
                   std::span<const EmbeddedFile> files) {
  if (const EmbeddedFile* file = find_file(files, name)) {
    return {std::string(file->path), std::string(file->text), true};
  }
  if (looks_like_path(name)) {
    return {name, read_file(name), false};
  }
  const std::vector<std::string> names = names_of(files);
  std::string list;
  for (const std::string& known : names) {
    list += (list.empty() ? "" : ", ") + known;
  }
  throw InputError("unknown " + std::string(kind) + " '" + name + "'" +
                   foundation::did_you_mean(name, names) + " (" + std::string(plural) + ": " + list +
                   "; or a path to a .toml file)");
}

Source find_technology(const std::string& name) {
  return find_source(name, "technology", "technologies", embedded_technologies());
}

/// A name or path written in a file: paths count from the file's folder.
std::string resolved(const std::string& name, const std::string& file, std::span<const EmbeddedFile> known) {
  if (find_file(known, name) != nullptr || fs::path(name).is_absolute()) {
    return name;
  }
  const fs::path beside = fs::path(file).parent_path() / name;
  std::error_code ignored;
  const bool is_path = name.find('/') != std::string::npos || fs::path(name).extension() == ".toml" ||
                       fs::is_regular_file(beside, ignored);
  return is_path ? beside.lexically_normal().string() : name;
}

class Loader {
 public:
  explicit Loader(Configuration& configuration) : configuration_(configuration) {}

  void load(const std::string& preset, std::span<const std::string> sets, const std::string& technology) {
    collect([&] { read(find_preset(preset)); });
    collect([&] { foundation::set(configuration_.table, sets); });
    if (problems_.empty()) {
      collect([&] { fit_device_curve(); });
      collect([&] { foundation::set(configuration_.table, sets); });  // what is said outright stands
      locate("capacitor.device_curve", configuration_.synapse.capacitor.device_curve);
      locate("faults.map", configuration_.faults.map);
    }
    if (!technology.empty()) {
      configuration_.technology_origin = technology;
      technology_place_.clear();
    }
    collect([&] { read_technology(); });
    if (problems_.empty()) {
      for (const std::string& line : contradictions(configuration_)) {
        add(line);
      }
    }
    if (!problems_.empty()) {
      throw InputError(problems_);
    }
  }

 private:
  void collect(const std::function<void()>& step) {
    try {
      step();
    } catch (const InputError& error) {
      add(error.what());
    }
  }

  void add(const std::string& problem) { problems_ += (problems_.empty() ? "" : "\n") + problem; }

  static Source find_preset(const std::string& name) {
    return find_source(name, "preset", "presets", embedded_presets());
  }

  /// As `find`, with the place where the name was written before the message.
  static Source find_named_at(const std::string& place, const std::function<Source()>& find) {
    try {
      return find();
    } catch (const InputError& error) {
      throw InputError((place.empty() ? "" : place + ": ") + error.what());
    }
  }

  void read(const Source& source) {
    if (std::find(chain_.begin(), chain_.end(), source.path) != chain_.end()) {
      throw InputError(source.path + ": is its own base");
    }
    chain_.push_back(source.path);
    const auto header = foundation::read_header(source.text, source.path, header_keys());
    if (const auto base = header.find("base"); base != header.end()) {
      const std::string name = resolved(base->second.text, source.path, embedded_presets());
      collect([&] { read(find_named_at(base->second.place, [&] { return find_preset(name); })); });
    }
    if (const auto title = header.find("title"); title != header.end()) {
      configuration_.title = title->second.text;
    } else if (configuration_.title.empty()) {
      configuration_.title = source.path;
    }
    if (const auto technology = header.find("technology"); technology != header.end()) {
      configuration_.technology_origin =
          resolved(technology->second.text, source.path, embedded_technologies());
      technology_place_ = technology->second.place;
    }
    foundation::read_toml(configuration_.table, source.text, source.path, {source.built_in, header_keys()});
  }

  /// A path written in a file counts from the file's folder; kept absolute, since the effective configuration
  /// may be read from another one.
  void locate(const std::string& key, std::string& path) const {
    if (path.empty()) {
      return;
    }
    const std::string& place = configuration_.table.find(key)->origin.place;
    const std::string file = place.substr(0, place.rfind(':'));
    std::error_code ignored;
    const fs::path folder = fs::is_regular_file(file, ignored) ? fs::path(file).parent_path() : fs::path();
    path = fs::absolute(folder / path).lexically_normal().string();
  }

  void fit_device_curve() {
    auto& capacitor = configuration_.synapse.capacitor;
    if (capacitor.device_curve.empty()) {
      return;
    }
    locate("capacitor.device_curve", capacitor.device_curve);
    const auto fit = tiles::fit_step_response(tiles::read_step_response(capacitor.device_curve), capacitor);
    std::ostringstream note;
    note << std::setprecision(2) << "fit to " << fs::path(capacitor.device_curve).filename().string()
         << ", rms error " << fit.rms_percent << " % of the range, worst " << fit.worst_percent << " %";
    const foundation::ParameterTable::Assignment how{.place = capacitor.device_curve,
                                                     .built_in = false,
                                                     .mark = foundation::Mark::derived,
                                                     .note = note.str()};
    const auto assign = [&](const char* key, double value, const char* unit) {
      std::ostringstream text;
      text << std::setprecision(17) << value << unit;
      configuration_.table.assign(key, foundation::Literal{text.str()}, how);
    };
    const auto& fitted = fit.capacitor;
    configuration_.table.assign("capacitor.steps", foundation::Literal{fitted.steps}, how);
    assign("capacitor.g_min", fitted.g_min_us, " uS");
    assign("capacitor.g_max", fitted.g_max_us, " uS");
    assign("capacitor.g_ref", fitted.g_ref_us, " uS");
    configuration_.table.assign("capacitor.step_slope", foundation::Literal{fitted.step_slope}, how);
    if (fit.has_spread) {
      configuration_.table.assign("capacitor.step_spread", foundation::Literal{fitted.step_spread}, how);
      configuration_.table.assign("capacitor.mismatch", foundation::Literal{fitted.mismatch}, how);
    }
    if (fit.has_cycle_noise) {
      configuration_.table.assign("capacitor.cycle_noise", foundation::Literal{fitted.cycle_noise}, how);
    }
    configuration_.device_curve = fit;
  }

  void read_technology() {
    const Source source =
        find_named_at(technology_place_, [&] { return find_technology(configuration_.technology_origin); });
    configuration_.technology = foundation::parse_technology(source.text, source.path);
    periphery::fit_converters(configuration_.periphery, configuration_.technology);
    foundation::stretch_time(configuration_.technology, configuration_.chip.time_stretch);
  }

  Configuration& configuration_;
  std::vector<std::string> chain_;  ///< files read so far: a base must not come back to one of them
  std::string technology_place_;    ///< where a file names the technology
  std::string problems_;
};

}  // namespace

Configuration::Configuration() : technology_origin(default_technology) {
  declare(table, chip);
  tiles::declare(table, synapse);
  tiles::declare(table, faults);
  periphery::declare(table, periphery);
  declare(table, network);
  declare(table, power_off);
}

std::unique_ptr<Configuration> load_configuration(const std::string& preset_or_file,
                                                  std::span<const std::string> sets,
                                                  const std::string& technology) {
  auto configuration = std::make_unique<Configuration>();
  configuration->preset = preset_or_file;
  Loader(*configuration).load(preset_or_file, sets, technology);
  return configuration;
}

foundation::Technology load_technology(const std::string& name_or_file) {
  const Source source = find_technology(name_or_file);
  return foundation::parse_technology(source.text, source.path);
}

std::string effective_toml(const Configuration& configuration) {
  const bool built_in = find_file(embedded_technologies(), configuration.technology_origin) != nullptr;
  // The file may be read from another folder.
  const std::string technology =
      built_in ? configuration.technology_origin : fs::absolute(configuration.technology_origin).string();
  return "# The effective configuration of a run; give this file in place of a preset to repeat it.\n"
         "title = " +
         foundation::toml_string(configuration.title) +
         "\ntechnology = " + foundation::toml_string(technology) + "\n\n" +
         foundation::effective_toml(configuration.table);
}

}  // namespace kirchhoff::model
